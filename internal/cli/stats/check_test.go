package stats

import (
	"bytes"
	"strings"
	"testing"
)

const vectors = "../../measure/testdata/vectors"

// TestVectors runs every reference vector that the repository carries.
func TestVectors(t *testing.T) {
	var out, errs bytes.Buffer
	if code := Main([]string{"check", vectors}, strings.NewReader(""), &out, &errs); code != 0 {
		t.Fatalf("exit %d\n%s%s", code, out.String(), errs.String())
	}
	t.Log("\n" + out.String())
}
