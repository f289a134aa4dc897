package casework

import (
	"strconv"
	"strings"

	"rsc.io/qr"

	"heed/internal/web/nhs"
)

// QR is a text as a QR code, drawn here as SVG: nothing is fetched, and nothing in it is a style
// or a script. What it holds must stand beside it in words.
type QR struct{ Text, Name string }

const (
	qrQuiet = 4 // modules of white around it, as ISO/IEC 18004 asks
	qrScale = 4 // pixels of a module
)

// Render writes the picture; nothing where the text is too long for one.
func (x QR) Render(b *nhs.Buffer) {
	code, err := qr.Encode(x.Text, qr.L)
	if err != nil {
		return
	}
	var path strings.Builder
	for y := range code.Size {
		for at := 0; at < code.Size; at++ {
			if !code.Black(at, y) {
				continue
			}
			from := at
			for at < code.Size && code.Black(at, y) {
				at++
			}
			path.WriteString("M" + strconv.Itoa(from+qrQuiet) + " " + strconv.Itoa(y+qrQuiet) + "h" + strconv.Itoa(at-from) +
				"v1h-" + strconv.Itoa(at-from) + "z")
		}
	}
	size := code.Size + 2*qrQuiet
	side := strconv.Itoa(size)
	b.Raw(`<svg xmlns="http://www.w3.org/2000/svg" class="heed-qr" role="img" shape-rendering="crispEdges"`)
	b.Attr("aria-label", x.Name)
	b.Int("width", size*qrScale)
	b.Int("height", size*qrScale)
	b.Attr("viewBox", "0 0 "+side+" "+side)
	b.Raw(`><path fill="#fff"`)
	b.Attr("d", "M0 0h"+side+"v"+side+"H0z")
	b.Raw(`/><path fill="#000"`)
	b.Attr("d", path.String())
	b.Raw(`/></svg>`)
}
