"""Recipes that make the weights shipped with factcheck; needs the `training` extra (torch, transformers), never used at run time."""
