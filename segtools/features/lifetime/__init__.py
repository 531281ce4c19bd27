"""Customer lifetime: who is still active, and what will they order, at what value.

`history.purchase_history` counts each customer's purchases in the engine;
`bg_nbd`, `mbg_nbd`, `pareto_nbd` and `nbd` fit how often customers buy and when they
leave; `gamma_gamma` fits what an order is worth; `bootstrap` says how sure the fit
is, and `score.lifetime_features` puts it all together, one row a customer.

Throughout, for the literature's x, t_x and T: *frequency* is the number of repeat
purchases, *recency* the time from the first purchase to the last one (not the time
since: a customer who bought once has 0), and *age* the time from the first purchase
to the end of what was observed; all times are in one unit.
"""
