"""The promises at both ends of Zichtlijn, as data: see README.md in this folder."""
