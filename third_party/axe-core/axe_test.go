package axe_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	axe "heed/third_party/axe-core"
)

func TestTheFileIsTheOneThatWasPublished(t *testing.T) {
	sums, err := os.ReadFile("SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(axe.Source))
	if !strings.Contains(string(sums), hex.EncodeToString(sum[:])+"  axe.min.js\n") {
		t.Error("axe.min.js is not the file of axe-core 4.14.1: run ./remake")
	}
}
