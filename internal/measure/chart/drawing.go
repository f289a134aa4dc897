// Package chart draws measures as accessible SVG, with the finding in words as the
// title and the numbers in a table beside it.
//
// What it keeps true: positions across are percentages and text is 16 units, so that
// one drawing is legible at 360 pixels, on a desk and in print; no script, no style
// attribute and no reference to anything outside, so that the strictest content
// security policy lets it through; nothing but white backing is under 3:1 on white
// (text 4.5:1); every signal has a shape and a word besides its colour; a finding says
// only what can be computed, never a cause. It is handed numbers that may be shown:
// suppression comes before it.
package chart

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"

	"heed/internal/measure/sheet"
)

// The colours, each at least 4.5:1 on white.
const (
	ink     = "#212B32" // text
	line    = "#12436D" // the values
	guide   = "#3D3D3D" // mean and limits
	better  = "#2073BC" // improvement
	worse   = "#801650" // concern
	goal    = "#A8440E" // target
	backing = "#FFFFFF" // behind text only
)

// Words go around a chart. Unit is written behind numbers ("%"); Source says where the
// numbers come from and their date.
type Words struct {
	Measure, Place, Period, Unit, Source string
}

// Table is the chart's numbers, as they are; Units are written behind those of a column
// for people.
type Table struct {
	Header []string
	Units  []string
	Rows   [][]sheet.Cell
}

func newTable(columns ...string) Table {
	return Table{Header: columns, Units: make([]string, len(columns))}
}

// in gives the columns from number first to last the unit.
func (t Table) in(unit string, first, last int) Table {
	for i := first; i <= last; i++ {
		t.Units[i] = unit
	}
	return t
}

func (t *Table) add(cells ...sheet.Cell) { t.Rows = append(t.Rows, cells) }

// Sheet is the table for a download as CSV or ODS. The unit goes into the header.
func (t Table) Sheet(name, title string) sheet.Table {
	out := sheet.Table{Name: name, Title: title, Rows: t.Rows}
	for i, h := range t.Header {
		if t.Units[i] != "" {
			h += " (" + strings.TrimSpace(t.Units[i]) + ")"
		}
		out.Header = append(out.Header, h)
	}
	return out
}

// Drawing is a chart. Title is the finding.
type Drawing struct {
	Title, Subtitle, Source string
	Name                    string // short name for those who do not see it
	Table                   Table
	height                  float64
	body                    strings.Builder
}

// text size and the widths that the layout needs, in units (pixels when shown inline).
const (
	size   = 16
	left   = 13.0 // percent across at which the values begin
	right  = 80.0 // … and end; behind it stand the labels of the lines
	gutter = 82.5
	letter = 8.6 // mean width of a letter of bold text of this size
)

// at places x (0 to 1) across the plot, in percent.
func at(x float64) string { return pct(left + x*(right-left)) }

func pct(x float64) string { return trim(x) + "%" }

// trim writes a number with two decimals at most.
func trim(x float64) string {
	n := int64(math.Round(x * 100))
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := sign + strconv.FormatInt(n/100, 10)
	switch c := n % 100; {
	case c == 0:
		return s
	case c%10 == 0:
		return s + "." + strconv.FormatInt(c/10, 10)
	case c < 10:
		return s + ".0" + strconv.FormatInt(c, 10)
	default:
		return s + "." + strconv.FormatInt(c, 10)
	}
}

func escape(s string) string { return html.EscapeString(s) }

func (d *Drawing) add(format string, args ...any) { fmt.Fprintf(&d.body, format, args...) }

// put writes pieces one after the other.
func (d *Drawing) put(pieces ...string) {
	for _, s := range pieces {
		d.body.WriteString(s)
	}
}

// segment draws a line between two places.
func (d *Drawing) segment(x1 string, y1 float64, x2 string, y2 float64, colour string, width float64, dash string) {
	d.put(`<line x1="`, x1, `" y1="`, trim(y1), `" x2="`, x2, `" y2="`, trim(y2), `" stroke="`, colour, `" stroke-width="`,
		trim(width))
	if dash != "" {
		d.put(`" stroke-dasharray="`, dash)
	}
	d.put(`"/>`)
}

// label writes text with a white edge, so that lines do not run through it.
func (d *Drawing) label(x string, y float64, anchor, colour, s string, bold bool) {
	weight := ""
	if bold {
		weight = ` font-weight="700"`
	}
	d.put(`<text x="`, x, `" y="`, trim(y), `" text-anchor="`, anchor, `" fill="`, colour, `"`, weight,
		` stroke="`, backing,
		`" stroke-width="4" paint-order="stroke" stroke-linejoin="round">`, escape(s), `</text>`)
}

// tag is the label of a line, at the height of its right end: a word and its value.
type tag struct {
	y           float64
	word, value string
	colour      string
}

// tags writes labels into the gutter, from the top down and none over another, so that
// they cover no value.
func (d *Drawing) tags(s scale, tags []tag) {
	const high = 37
	slices.SortStableFunc(tags, func(a, b tag) int { return cmp.Compare(a.y, b.y) })
	prev := math.Inf(-1)
	for i := range tags {
		tags[i].y = math.Max(math.Min(math.Max(tags[i].y, s.top+6), s.bottom-14), prev+high)
		prev = tags[i].y
	}
	limit := s.bottom - 14
	for i := len(tags) - 1; i >= 0; i-- {
		tags[i].y = math.Min(tags[i].y, limit)
		limit = tags[i].y - high
	}
	for _, t := range tags {
		d.label(pct(gutter), t.y, "start", t.colour, t.word, true)
		d.label(pct(gutter), t.y+18, "start", t.colour, t.value, false)
	}
}

// shape is a mark for a point.
type shape uint8

const (
	circle shape = iota
	square
	triangle
	diamond
	ring
)

func (s shape) path() string {
	switch s {
	case square:
		return "M-6-6H6V6H-6Z"
	case triangle:
		return "M0-8L7.5 6H-7.5Z"
	case diamond:
		return "M0-8L8 0L0 8L-8 0Z"
	}
	return ""
}

// mark draws a shape with words for those who point at it.
func (d *Drawing) mark(x string, y float64, s shape, colour, words string) {
	d.put(`<svg x="`, x, `" y="`, trim(y), `" overflow="visible">`)
	if words != "" {
		d.put("<title>", escape(words), "</title>")
	}
	switch s {
	case circle:
		d.put(`<circle r="4.5" fill="`, colour, `"/>`)
	case ring:
		d.put(`<circle r="4.5" fill="`, backing, `" stroke="`, colour, `" stroke-width="2"/>`)
	default:
		d.put(`<path d="`, s.path(), `" fill="`, colour, `"/>`)
	}
	d.put("</svg>")
}

// Inline is the drawing for a page: as wide as its place, as high as it needs. The page
// shows Title, Subtitle and the table around it, as Figure does.
func (d *Drawing) Inline() string {
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="%s" width="100%%" height="%s" font-family="Frutiger W01, Arial, Helvetica, sans-serif" font-size="%d">%s</svg>`,
		html.EscapeString(d.Name), trim(d.height), size, d.body.String())
}

// File is the drawing by itself, width units wide, with its title, subtitle and source.
func (d *Drawing) File(width int) []byte {
	w := float64(max(width, 320))
	var head strings.Builder
	y := 8.0
	put := func(s string, bold bool, fit float64) {
		for _, l := range wrap(s, int((w-16)/fit)) {
			y += 22
			weight := ""
			if bold {
				weight = ` font-weight="700" font-size="18"`
			}
			fmt.Fprintf(&head, `<text x="8" y="%s" fill="%s"%s>%s</text>`, trim(y), ink, weight, html.EscapeString(l))
		}
	}
	put(d.Title, true, letter*18/16)
	put(d.Subtitle, false, letter)
	top := y + 12
	y = top + d.height
	put(d.Source, false, letter)
	var b strings.Builder
	fmt.Fprintf(&b,
		`<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t" width="%s" height="%s" viewBox="0 0 %s %s" font-family="Frutiger W01, Arial, Helvetica, sans-serif" font-size="%d">`,
		trim(w), trim(y+12), trim(w), trim(y+12), size)
	fmt.Fprintf(&b, `<title id="t">%s</title><desc>%s</desc><rect width="100%%" height="100%%" fill="%s"/>`,
		html.EscapeString(d.Name), html.EscapeString(d.Title), backing)
	b.WriteString(head.String())
	fmt.Fprintf(&b, `<svg x="8" y="%s" width="%s" height="%s">%s</svg></svg>`, trim(top), trim(w-16), trim(d.height),
		d.body.String())
	return []byte(b.String())
}

// Figure is the chart for a page: title, subtitle, drawing, table and source. level is
// that of the heading.
func (d *Drawing) Figure(level int) string {
	var b strings.Builder
	fmt.Fprintf(&b,
		`<figure class="heed-chart"><figcaption><h%d class="nhsuk-heading-m">%s</h%d><p class="nhsuk-hint">%s</p></figcaption>%s`,
		level, html.EscapeString(d.Title), level, html.EscapeString(d.Subtitle), d.Inline())
	fmt.Fprintf(&b,
		`<details class="nhsuk-details"><summary class="nhsuk-details__summary"><span class="nhsuk-details__summary-text">Table of these numbers</span></summary><div class="nhsuk-details__text">%s</div></details>`, d.Table.HTML(d.Name))
	if d.Source != "" {
		fmt.Fprintf(&b, `<p class="nhsuk-body-s">%s</p>`, html.EscapeString(d.Source))
	}
	b.WriteString("</figure>")
	return b.String()
}

// HTML is the table as NHS markup.
func (t Table) HTML(caption string) string {
	var b strings.Builder
	fmt.Fprintf(&b,
		`<table class="nhsuk-table"><caption class="nhsuk-table__caption">%s</caption><thead class="nhsuk-table__head"><tr>`,
		html.EscapeString(caption))
	for _, h := range t.Header {
		fmt.Fprintf(&b, `<th scope="col" class="nhsuk-table__header">%s</th>`, html.EscapeString(h))
	}
	b.WriteString(`</tr></thead><tbody class="nhsuk-table__body">`)
	for _, r := range t.Rows {
		b.WriteString(`<tr class="nhsuk-table__row">`)
		for i, c := range r {
			f := c.Text
			if c.Is {
				f = Number(c.Number, t.Units[i])
			}
			if i == 0 {
				fmt.Fprintf(&b, `<th scope="row" class="nhsuk-table__header">%s</th>`, html.EscapeString(f))
				continue
			}
			fmt.Fprintf(&b, `<td class="nhsuk-table__cell">%s</td>`, html.EscapeString(f))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table>")
	return b.String()
}

// wrap breaks words into lines of at most n letters.
func wrap(s string, n int) []string {
	if s == "" {
		return nil
	}
	var lines []string
	cur := ""
	for _, w := range strings.Fields(s) {
		if cur != "" && len([]rune(cur))+1+len([]rune(w)) > n {
			lines = append(lines, cur)
			cur = w
			continue
		}
		if cur != "" {
			cur += " "
		}
		cur += w
	}
	return append(lines, cur)
}

// Number writes a value for people: three figures that tell, no exponent, the unit
// behind it; [x] when it is not available.
func Number(v float64, unit string) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "[x]"
	}
	digits := 0
	if a := math.Abs(v); a > 0 && a < 100 {
		digits = min(6, max(0, 2-int(math.Floor(math.Log10(a)))))
	}
	s := strconv.FormatFloat(v, 'f', digits, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		s = "0"
	}
	whole, rest, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	out := whole
	if rest != "" {
		out += "." + rest
	}
	if strings.HasPrefix(s, "-") {
		out = "−" + out
	}
	return out + unit
}

// scale maps values to heights.
type scale struct{ low, high, top, bottom float64 }

func (s scale) y(v float64) float64 {
	if s.high == s.low {
		return (s.top + s.bottom) / 2
	}
	return s.bottom - (v-s.low)/(s.high-s.low)*(s.bottom-s.top)
}

// fit makes a scale with round ends around the values, and the steps between them.
func fit(values []float64, top, bottom float64) (scale, []float64) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			low, high = math.Min(low, v), math.Max(high, v)
		}
	}
	if low > high {
		low, high = 0, 1
	}
	if high-low < 1e-9*math.Max(1, math.Abs(high)) {
		pad := math.Max(1, math.Abs(high)*0.1)
		low, high = low-pad, high+pad
	}
	step := math.Pow(10, math.Floor(math.Log10((high-low)/4)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if (high-low)/(step*m) <= 5 {
			step *= m
			break
		}
	}
	low, high = math.Floor(low/step+1e-9)*step, math.Ceil(high/step-1e-9)*step
	var ticks []float64
	for i := 0; ; i++ {
		v := low + float64(i)*step
		if v > high+step/2 {
			break
		}
		ticks = append(ticks, v)
	}
	return scale{low, high, top, bottom}, ticks
}

// axis draws the level lines with their numbers above their left end.
func (d *Drawing) axis(s scale, ticks []float64, unit string) {
	for _, v := range ticks {
		y := s.y(v)
		d.segment("0%", y, pct(right+1), y, "#768692", 0.75, "")
		d.label("0", y-4, "start", ink, Number(v, unit), false)
	}
}
