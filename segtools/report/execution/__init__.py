"""How a run is carried out: begun, executed stage by stage, stopped and continued."""
