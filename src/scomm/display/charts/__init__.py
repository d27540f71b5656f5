"""The book's chart types, a module each: ``chart(layout, data, **options)`` returns a figure.

``data`` are tidy rows, a frame with a column for each line, or values. Rows come sorted; nothing is
sorted here. Shares lie in [0, 1] and are printed in per cent. Every label is translated when it is
drawn. Colours are those of ``style.ROLES``: the subject, its reference, the others.

Seaborn draws marks, lines and bars; matplotlib intervals, references and labels. Both are loaded
when something is drawn, since a finding is verified without drawings.
"""

from scomm.display.charts.caterpillar import caterpillar as caterpillar
from scomm.display.charts.counts import counts as counts
from scomm.display.charts.dumbbell import dumbbell as dumbbell
from scomm.display.charts.forest import forest as forest
from scomm.display.charts.funnel import funnel as funnel
from scomm.display.charts.histogram import histogram as histogram
from scomm.display.charts.panels import panels as panels
from scomm.display.charts.ranges import ranges as ranges
from scomm.display.charts.series import series as series
from scomm.display.charts.small_multiples import small_multiples as small_multiples
from scomm.display.charts.specification import specification as specification
from scomm.display.charts.steps import steps as steps
from scomm.display.charts.strip import strip as strip
