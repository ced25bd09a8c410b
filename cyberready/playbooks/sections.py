"""A playbook file cut into sections: front matter, introduction, phases and steps, each with its exact text. Pure."""
