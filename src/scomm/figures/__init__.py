"""Draw the book's charts, one module a type: ``chart(layout, data, **options)`` returns a figure.

``data`` are tidy rows, a frame with a column for each line, or values. Rows come sorted; nothing is
sorted here. Shares lie in [0, 1] and are printed in per cent. Every label is translated when it is
drawn. Colours are those of ``style.ROLES``: the subject, its reference, the others.

Seaborn draws marks, lines and bars; matplotlib intervals, references and labels. Both are loaded
when something is drawn, since a finding is verified without drawings.
"""

from scomm.figures import maps as maps, tiles as tiles
from scomm.figures.caterpillar import caterpillar as caterpillar
from scomm.figures.counts import counts as counts
from scomm.figures.dumbbell import dumbbell as dumbbell
from scomm.figures.forest import forest as forest
from scomm.figures.funnel import funnel as funnel
from scomm.figures.histogram import histogram as histogram
from scomm.figures.panels import panels as panels
from scomm.figures.ranges import ranges as ranges
from scomm.figures.series import series as series
from scomm.figures.small_multiples import small_multiples as small_multiples
from scomm.figures.specification import specification as specification
from scomm.figures.steps import steps as steps
from scomm.figures.strip import strip as strip
