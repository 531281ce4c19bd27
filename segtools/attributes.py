"""What kind of attribute is it? Guessed from the words of its name, overridable."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from fnmatch import fnmatchcase

from segtools.languages import markc, trc

# Marks of each kind, without accents: whole words, `word*` for a beginning, `*word*`
# for what compounds hold, `two_words` for words in a row.
_PROTECTED_ENGLISH = """
age aged ages customerage userage memberage agegroup* ageband* agerange* agebracket*
ageclass* years_old how_old *birth* bday yob dob generation millennial* senior* retire*
pension* *gender* sex sexual* sexes male males female females woman women man men
masculin* feminin* pronoun* salutation honorific title lgbt* gay lesbian queer
orientation race races racial* *ethnic* asian hispanic latino latina african caucasian
caste ancestry skin *religi* christian* muslim* islam* jewish catholic* church* faith*
belief* kosher halal *nationalit* citizen* immigra* migrant* migration* veteran*
military of_origin disab* handicap* *health* medical* medic* diagnos* disease* illness*
allerg* diabet* patient* vaccin* covid* bmi weight height body blood* smok* dietary
genetic* biometric* dna *marital* marriage* married divorced widow* spouse* husband wife
partner matrimon* maiden* kid kids child children* childless baby babies infant*
toddler* parental parenthood mother* father* mom dad dependent* dependant* pregnan*
maternity union unions trade_union* politic* criminal* conviction*
"""
_PROTECTED_ABROAD = """
*alter alters* geburt* *geburt* gebdat* gebjahr* geb jahrgang rentner* rente
*geschlecht* mannlich* maennlich* weiblich* anrede frau herr *familienst* *zivilstand*
verheiratet kinder* *kinder kinderen eltern* mutter vater schwanger* *konfession*
kirche* glaube* *staatsang* *staatsbuerger* *staatsburger* herkunftsland hautfarbe
*behinder* krank* *krankheit* *gesund* partei* politisch* gewerkschaft* impf*
*naissance* anniversaire sexe genre homme femme civilite situation_familiale
situation_maritale etat_civil enfant* bebe* citoyen* sante grossesse enceinte retraite*
syndica* politique* edad edades *nacim* *nascim* *nascit* cumple* sexo genero hombre
mujer estado_civil hijo* hija* nacional* ciudadan* raza salud embaraz* discapac* jubila*
sindica* tratamiento idade filho* filha* eta sesso compleanno stato_civile figlio*
figlia* figli bambin* nazional* salute sindaca* razza leeftijd* *geboorte* verjaardag*
geslacht* burgerlijk* gezondheid* alder kon kjonn plec wiek
"""
_LIFETIME = """
total_spen* total_order* total_revenue total_sales total_purchase* total_value orders
order_count orders_count num_orders number_of_orders purchase_count avg_order_value
average_order_value aov lifetime* ltv clv last_order* first_order* last_purchase*
first_purchase* last_active* tag tags
"""
_CONSENT = """
consent* opt_in opt_out optin* optout* *subscri* accepts accepted gdpr dsgvo permission*
newsletter* einwillig* *zustimm* werbeerlaubnis rgpd
"""
_CONTACT = """
contact_id note notes email* e_mail* mail mails *phone* mobile cell fax tel telef* handy
handynummer mobilnummer portable* *address* adress* anschrift direccion indirizzo adres
ip name names *firstname *lastname *fullname surname* username* nickname* nachname*
vorname* *name_id nom prenom nombre apellido* cognome nome naam voornaam achternaam
familienname
street* strasse* *strasse hausnummer house_number rue calle latitude longitude lat lng
lon linkedin twitter instagram facebook whatsapp skype website url iban bic passport*
ssn social_security tax_id vat_id
"""
_FIRMOGRAPHIC = """
industry industries industrie* industria sector sectors secteur* employee* headcount
num_employees number_of_employees revenue* turnover compan* account accounts naics sic
business* b2b tax_exempt legal_form branche* mitarbeiter* *umsatz* firma firmen*
unternehmen* rechtsform entreprise* effectif* chiffre_affaires chiffre_d_affaires
empleados empresa* facturacion azienda* dipendenti fatturato bedrijf* omzet medewerkers
"""
_TECHNOGRAPHIC = """
device* browser* operating_system os platform* software* technolog* tech_stack app apps
android ios user_agent gerat* geraet* betriebssystem appareil* navigateur dispositivo*
navegador
"""
_PSYCHOGRAPHIC = """
lifestyle* attitude* interest interests interested hobb* persona personas personality
opinion* motiv* lebensstil* interesse* intereses interets einstellung* passion* loisir*
aficion* estilo_de_vida style_de_vie
"""
_GEOGRAPHIC = """
region* city cities country countries county counties state states province* zip zips
zipcode* post postcode* post_code postal* district* borough town village municipalit*
territor* location* timezone time_zone urban* rural* climate dma neighbourhood
neighborhood stadt wohnort ort land bundesland plz postleitzahl* kanton gemeinde* ville
pays departement* ciudad pais provincia* codigo_postal estado citta comune stad
gemeente* provincie* regio
"""
# What stands for origin or wealth without naming it.
_PROXY = """
zip zips zipcode* post postcode* post_code postal* plz postleitzahl* codigo_postal
code_postal cap_code language* locale* lang sprache* muttersprach* langue* idioma*
lingua* taal spoken neighbourhood neighborhood district* borough
"""
# A mark that means something else beside one of these words.
_UNLESS = {
    "address*": "city country county province region state zip postcode postal",
    "alter": "ego",
    "eta": "delivery order shipping",
    "genre": "book film game movie music musical musique tv favourite favorite",
    "generation": "lead leads",
    "interest": "rate rates",
    "mobile": "app apps browser device os",
    "name": "brand city country county industry plan product province region state",
    "orientation": "device page screen",
    "partner": "account business channel company id level program tier type",
    "race": "bike car horse running",
    "title": "job page position product work",
    "union": "credit european western",
    "weight": "order package parcel product shipping",
}
_UNLESS["*address*"] = _UNLESS["address*"]
# In the order of asking: what must never build or name a segment comes first.
_MARKS = {
    "protected": (_PROTECTED_ENGLISH + _PROTECTED_ABROAD).split(),
    "lifetime": _LIFETIME.split(),
    "consent": _CONSENT.split(),
    "contact": _CONTACT.split(),
    "firmographic": _FIRMOGRAPHIC.split(),
    "technographic": _TECHNOGRAPHIC.split(),
    "psychographic": _PSYCHOGRAPHIC.split(),
    "geographic": _GEOGRAPHIC.split(),
}
KINDS = (*_MARKS, "demographic")
WORDS = (
    markc("kind of attribute", "protected"),
    markc("kind of attribute", "lifetime"),
    markc("kind of attribute", "consent"),
    markc("kind of attribute", "contact"),
    markc("kind of attribute", "firmographic"),
    markc("kind of attribute", "technographic"),
    markc("kind of attribute", "psychographic"),
    markc("kind of attribute", "geographic"),
    markc("kind of attribute", "demographic"),
)
# Kinds that may describe a segment to people.
SHOWN = ("demographic", "geographic", "firmographic", "psychographic", "technographic")
# No piece of a segment's name begins with one of these.
PROTECTED_WORDS = tuple(m.strip("*") for m in _PROTECTED_ENGLISH.split())


def said_kind(kind: str) -> str:
    """Say a kind of attribute.

    Examples
    --------
    >>> said_kind("geographic")
    'geographic'
    """
    return trc("kind of attribute", kind)


def attribute_kind(column: str, kinds: Mapping[str, str] | None = None) -> str:
    """Guess what kind of attribute a column of `customers` is from its name.

    In doubt it is protected: so is a name in a script other than Latin, which cannot
    be judged here.

    Parameters
    ----------
    column : str
        The column's name; English, German, French and Spanish are known best.
    kinds : mapping, optional
        Column to kind, where somebody has said it; that word counts.

    Returns
    -------
    str
        One of ``protected``, ``lifetime`` (an aggregate that an export brings along,
        such as the total spent), ``consent``, ``contact``, ``firmographic``,
        ``technographic``, ``psychographic``, ``geographic`` or ``demographic``.

    Examples
    --------
    >>> attribute_kind("age_band"), attribute_kind("region"), attribute_kind("email")
    ('protected', 'geographic', 'contact')
    >>> attribute_kind("Total Spent"), attribute_kind("tier", {"tier": "psychographic"})
    ('lifetime', 'psychographic')
    """
    if kinds and column in kinds:
        return kinds[column]
    words = _words(column)
    if any(not word.isascii() for word in words):
        return "protected"
    for kind, marks in _MARKS.items():
        if any(_marks(words, mark) for mark in marks):
            return kind
    return "demographic"


def is_proxy(column: str, kinds: Mapping[str, str] | None = None) -> bool:
    """Say whether an attribute may stand for a protected one: names, postcodes, ...

    Parameters
    ----------
    column : str
        The column's name.
    kinds : mapping, optional
        Column to kind, where somebody has said it; only contacts are then proxies.

    Examples
    --------
    >>> is_proxy("postcode"), is_proxy("first_name"), is_proxy("language")
    (True, True, True)
    >>> is_proxy("region"), is_proxy("language", {"language": "psychographic"})
    (False, False)
    """
    if attribute_kind(column, kinds) == "contact":
        return True
    if kinds and column in kinds:
        return False
    return any(_marks(_words(column), mark) for mark in _PROXY.split())


def _words(column: str) -> list[str]:
    """Split a name into its words, in lower case and without accents."""
    plain = unicodedata.normalize("NFKD", column)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    # customerAge and HHAge are of two words each.
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", plain)
    return re.findall(r"[^\W\d_]+", apart.replace("ß", "ss").replace("ø", "o").lower())


def _marks(words: list[str], mark: str) -> bool:
    if not set(_UNLESS.get(mark, "").split()).isdisjoint(words):
        return False
    parts = mark.split("_")
    runs = zip(*(words[i:] for i in range(len(parts))), strict=False)
    return any(all(map(fnmatchcase, run, parts)) for run in runs)
