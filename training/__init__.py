"""Recipes that make the weights shipped with factcheck; needs the `train` extra, never used at run time."""
