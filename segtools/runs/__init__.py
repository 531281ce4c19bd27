"""Many runs: batches, projects, and what is done with finished ones later."""
