package verify

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestIndependent: the check shares no code with what it checks.
func TestIndependent(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	may := map[string]bool{"heed/record": true, "heed/internal/store": true, "heed/internal/fail": true,
		"heed/internal/clock": true, "heed/internal/id": true}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range parsed.Imports {
			if path := strings.Trim(i.Path.Value, `"`); strings.HasPrefix(path, "heed/") && !may[path] {
				t.Errorf("%s imports %s", f, path)
			}
		}
	}
}

func TestUntouched(t *testing.T) {
	each(t, func(w *world) {
		w.clean(w.verify()) // nothing yet
		w.live()
		r := w.verify()
		w.clean(r)
		if r.Entries != 40*9+1+1+2+3+1 || r.Erased != 9 || r.Opened != r.Entries-9 || r.Waiting != 4 || r.Fields != 42 ||
			r.Records != 43 ||
			r.Checkpoints < 4 || r.Size-r.Padding != r.Entries-4 || len(r.Witnessed) != 1 || r.Witnessed[0].Size != r.Public ||
			len(r.Warnings) != 0 {
			w.Fatalf("%+v", r)
		}
		r = w.verify(func(o *Options) { o.KeyFile, o.KeyStore = "", "" })
		w.clean(r)
		if r.Opened != 0 || len(r.Warnings) == 0 {
			w.Fatalf("%+v", r)
		}
	})
}
