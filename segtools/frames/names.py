"""Under which names columns of orders go in the world, the sure ones apart."""

from __future__ import annotations

# Our column to the names that say it, and to names that may say it. What comes earlier
# wins; two of one rank in one frame are an ambiguity, and somebody must say.
ALIASES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "customer_id": (
        (
            *("customer", "customer number", "customer no", "customer nr"),
            *("customer key", "customer code", "cust id", "cust no", "cust"),
            *("client", "client id", "client no", "client number"),
            *("user id", "member id", "buyer id", "shopper id", "contact id"),
            *("household id", "household key", "panelist id", "person id"),
            *("kunde", "kunden id", "kundennr", "kundennummer"),
            *("id client", "numero client", "cliente", "id cliente", "codigo cliente"),
        ),
        ("user", "member", "buyer", "shopper", "household", "account id", "card id"),
    ),
    "ordered_at": (
        (
            *("order date", "order datetime", "order time", "order timestamp"),
            *("date ordered", "ordered on", "order purchase timestamp"),
            *("purchase date", "purchase datetime", "purchase timestamp"),
            *("purchased at", "transaction date", "transaction time"),
            *("transaction datetime", "transaction timestamp", "invoice date"),
            *("sale date", "sold at", "created at", "date created"),
            *("bestelldatum", "kaufdatum", "rechnungsdatum", "date commande"),
            *("date achat", "fecha pedido", "fecha compra"),
        ),
        ("date", "datetime", "timestamp", "time", "ts", "day", "datum", "fecha"),
    ),
    "order_id": (
        (
            *("order", "order number", "order no", "order nr", "order key"),
            *("invoice", "invoice id", "invoice no", "invoice number"),
            *("transaction", "transaction id", "transaction number"),
            *("basket", "basket id", "receipt", "receipt id", "receipt no", "bill no"),
            *("bestellung", "bestellnummer", "auftrag", "auftragsnummer"),
            *("rechnungsnummer", "beleg", "belegnummer", "bon", "pedido"),
        ),
        (),
    ),
    "amount": (
        (
            *("order amount", "order total", "order value", "total amount"),
            *("total price", "total paid", "amount paid", "net amount", "net sales"),
            *("sales value", "sales amount", "sales", "revenue", "spend", "turnover"),
            *("grand total", "line total", "betrag", "gesamtbetrag", "umsatz"),
            *("montant", "importe"),
        ),
        ("total", "value", "paid", "summe", "monetary"),
    ),
    "product_id": (
        (
            *("sku", "stock code", "item id", "article id", "article no"),
            *("product code", "product number", "product no", "ean", "gtin", "upc"),
            *("asin", "artikelnummer", "artikelnr", "producto"),
        ),
        ("product", "item", "article", "artikel", "product name"),
    ),
    "quantity": (("qty", "units", "pieces", "menge", "anzahl", "cantidad"), ()),
    "unit_price": (
        ("price per unit", "item price", "einzelpreis", "precio unitario"),
        ("price", "preis", "prix", "precio"),
    ),
    "category": (
        ("product category", "category name", "department", "kategorie", "warengruppe"),
        (),
    ),
}
# What a wrong guess would ruin: two columns of one rank for these are refused.
DECIDING = (*("customer_id", "ordered_at", "order_id", "amount", "product_id"),)
# The argument of `segment_customers` that names a column, where it has one of its own.
ARGUMENTS = {
    "customer_id": "customer",
    "ordered_at": "time",
    "order_id": "order",
    "amount": "amount",
}
# Parts of names by which a column may be what is missing: only ever suggested.
HINTS = {
    "customer_id": ("cust", "client", "user", "member", "kund", "mail", "buyer", "id"),
    "ordered_at": ("date", "time", "day", "datum", "month", "_at"),
    "amount": ("amount", "total", "price", "value", "paid", "sum", "sales", "cost"),
}
