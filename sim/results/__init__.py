"""Tables, labelled datasets, run folders, comparison and exports."""
