"""How dates and times look: Rapport's own short forms over Django's, one folder a language."""
