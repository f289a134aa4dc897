package demo

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestMadeInMemory: a folder is the same wherever it was made, private, and nothing of
// it stays in memory; without room there it is made in place.
func TestMadeInMemory(t *testing.T) {
	for name, room := range map[string]bool{"room": true, "no room": false} {
		data := filepath.Join(t.TempDir(), "demo")
		var places []string
		err := inMemory(data, func(place string) error {
			places = append(places, place)
			if place != data && !room { // data may itself lie in memory: where tests do
				return errors.New("no room")
			}
			return errors.Join(os.MkdirAll(filepath.Join(place, "locks"), 0o700),
				os.WriteFile(filepath.Join(place, markerFile), []byte("mark"), 0o600),
				os.WriteFile(filepath.Join(place, "locks", "one"), []byte("one"), 0o600))
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		one, err := os.ReadFile(filepath.Join(data, "locks", "one"))
		info, err2 := os.Stat(filepath.Join(data, markerFile))
		if err != nil || err2 != nil || string(one) != "one" || info.Mode() != 0o600 {
			t.Errorf("%s: %q, %v, %v", name, one, err, err2)
		}
		for _, place := range places {
			if _, err := os.Stat(place); place != data && err == nil {
				t.Errorf("%s: %s is left", name, place)
			}
		}
	}
}
