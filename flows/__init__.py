"""What runs when: thin Prefect flows over the stations, which work without Prefect too.

Importing this package sets Django up, before any model is imported: the one permitted work at import.
"""

from casework import site

site.boot()
