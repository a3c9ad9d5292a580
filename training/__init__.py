<<<<<<< HEAD
"""Recipes that make the weights shipped with factcheck; needs the `training` extra (torch, transformers), never used at run time."""
=======
"""Recipes that make the weights shipped with factcheck; needs the `train` extra, never used at run time."""
>>>>>>> main
