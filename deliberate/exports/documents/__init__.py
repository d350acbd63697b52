"""Files of a release beside its rows and facts: study plans, notebook, notice."""
