package room

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestOwnNamesAreAll: an action or a kind of entry that is added to every room is kept from steps,
// too.
func TestOwnNamesAreAll(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			spec, is := n.(*ast.ValueSpec)
			for i := 0; is && i < len(spec.Values); i++ {
				lit, _ := spec.Values[i].(*ast.BasicLit)
				if lit == nil || lit.Kind != token.STRING {
					continue
				}
				name := spec.Names[i].Name
				value, _ := strconv.Unquote(lit.Value) //nolint:errcheck // it compiles
				action := strings.HasPrefix(name, "act") && ownActions[value] == ""
				kind := strings.HasPrefix(value, ".") && !slices.Contains(ownKinds, value)
				if action || kind {
					t.Errorf("%s: %s is no action and no kind of entry that is kept from steps: add it to names.go", file, name)
				}
				if strings.HasPrefix(name, "act") || strings.HasPrefix(value, ".") {
					seen++
				}
			}
			return true
		})
	}
	if want := len(ownActions) + len(ownKinds); seen != want {
		t.Errorf("%d constants are actions or kinds of entry, and %d are kept from steps", seen, want)
	}
}
