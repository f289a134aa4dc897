package casework_test

import (
	"image"
	"image/color"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"heed/internal/web/casework"
	"heed/internal/web/nhs"
)

var (
	qrSide = regexp.MustCompile(`viewBox="0 0 (\d+) (\d+)"`)
	qrRun  = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)
)

// picture is what a browser draws of it, three pixels a module.
func picture(t *testing.T, svg string) image.Image {
	t.Helper()
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	const scale = 3
	side := number(qrSide.FindStringSubmatch(svg)[1])
	img := image.NewGray(image.Rect(0, 0, side*scale, side*scale))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	runs := qrRun.FindAllStringSubmatch(svg, -1)
	for _, r := range runs {
		x, y, w := number(r[1])*scale, number(r[2])*scale, number(r[3])*scale
		for dx := range w {
			for dy := range scale {
				img.Set(x+dx, y+dy, color.Black)
			}
		}
	}
	if len(runs) < 50 {
		t.Fatalf("only %d dark runs", len(runs))
	}
	return img
}

// TestAQRCodeSaysItsText: read by somebody else's reader, whatever stands in it.
func TestAQRCodeSaysItsText(t *testing.T) {
	for _, text := range []string{"otpauth://totp/Heed%20Northmoor%20NHS%20Trust:log-in?algorithm=SHA1&digits=6&" +
		"issuer=Heed%20Northmoor%20NHS%20Trust&period=30&secret=MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U", "x",
		strings.Repeat("long ", 100), "<script>&\"'"} {
		svg := string(nhs.Render(casework.QR{Text: text, Name: "QR code"}))
		bits, err := gozxing.NewBinaryBitmapFromImage(picture(t, svg))
		if err != nil {
			t.Fatal(err)
		}
		got, err := qrcode.NewQRCodeReader().Decode(bits, nil)
		if err != nil || got.GetText() != text {
			t.Errorf("%q reads %v %v", text, got, err)
		}
		if strings.Contains(svg, "style") || strings.Contains(svg, "script") || !strings.Contains(svg, `role="img"`) ||
			!strings.Contains(svg, `aria-label="QR code"`) {
			t.Errorf("%s", svg[:200])
		}
	}
}
