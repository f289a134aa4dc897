package stats

import (
	"fmt"
	"io"
	"math"

	"heed/internal/fail"
	"heed/internal/measure/chart"
	"heed/internal/measure/result"
	"heed/internal/measure/xmr"
)

// pictureWidth is the width of a downloaded drawing, in pixels, unless asked otherwise.
const pictureWidth = 720

// Picture is how a chart is drawn.
type Picture struct {
	Measure string `help:"Name of the measure, for the chart."`
	Place   string `help:"Place or organisation, for the chart."`
	Unit    string `help:"Written behind numbers, such as %."`
	Source  string `help:"Where the numbers come from and their date, for the chart."`
	Width   int    `help:"Width of the drawing in pixels (720)."`
}

func (p Picture) words(period string) chart.Words {
	return chart.Words{Measure: p.Measure, Place: p.Place, Period: period, Unit: p.Unit, Source: p.Source}
}

func (p Picture) write(w io.Writer, d *chart.Drawing) error {
	width := pictureWidth
	if p.Width != 0 {
		width = p.Width
	}
	if width < 320 || width > 4000 {
		return fail.New(fail.Bad, "--width: write a width from 320 to 4000")
	}
	if _, err := w.Write(d.File(width)); err != nil {
		return fmt.Errorf("write picture: %w", err)
	}
	return nil
}

// drawXmr draws one series as an XmR chart, several as small charts.
func drawXmr(w io.Writer, r *judged, p Picture) error {
	if len(r.charts) == 1 {
		s := r.charts[0]
		marks := s.chart.Marks
		words := p.words(chart.Span(marks[0].Period, marks[len(marks)-1].Period))
		if words.Measure == "" {
			words.Measure = s.name
		}
		return p.write(w, chart.XmR(s.chart, s.options, words))
	}
	var all []chart.Small
	for _, s := range r.charts {
		all = append(all, chart.Small{Label: s.name, Chart: s.chart, Options: s.options})
	}
	return p.write(w, chart.Multiples(all, p.words("")))
}

func drawFunnel(w io.Writer, r *compared, p Picture) error {
	return p.write(w, chart.Funnel(r.funnel, r.options, p.words("")))
}

func drawIntervals(w io.Writer, rows []result.Interval, kind string, p Picture) error {
	times := 1.0
	if kind == "proportion" {
		times = 100
		p.Unit = "%"
	}
	var bars []chart.Bar
	for i, r := range rows {
		b := chart.Bar{Label: string(r.Label), Value: float64(r.Value) * times, Lower: float64(r.Lower95) * times,
			Upper: float64(r.Upper95) * times}
		if b.Label == "" {
			b.Label = fmt.Sprintf("Row %d", i+1)
		}
		if math.IsNaN(float64(r.X)) {
			b.Value = math.NaN()
		}
		bars = append(bars, b)
	}
	return p.write(w, chart.Bars(bars, p.words("")))
}

type xmrSeries struct {
	name    string
	chart   xmr.Chart
	options xmr.Options
}
