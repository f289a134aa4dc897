package stats

import "io"

func drawXmr(w io.Writer, r *xmrResult, o xmrOptions, measure string) error {
	return noPicture("this measure")
}
func drawFunnel(w io.Writer, r *funnelResult, measure string) error { return noPicture("this measure") }
func drawIntervals(w io.Writer, rows []intervalRow, kind string, m float64, measure string) error {
	return noPicture("this measure")
}
