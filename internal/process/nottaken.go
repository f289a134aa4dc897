package process

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"heed/internal/fail"
)

// NotTaken is an overlay that is not taken, with the line of its file by which. The words are
// those of its cause.
type NotTaken struct {
	Line int
	err  error
}

func (n *NotTaken) Error() string { return "line " + strconv.Itoa(n.Line) + ": " + n.err.Error() }

func (n *NotTaken) Unwrap() error { return n.err }

// AtPlace is an overlay that is refused by what stands at the place that its words begin with.
func AtPlace(raw []byte, err error) error {
	return &NotTaken{lineOrTop(linesOf(raw), fail.Words(err)), err}
}

// blamed is the line of the first entry without which an overlay would be taken, or else
// refused for something else: a fault that only the whole has names no place in the file.
func (d *Definition) blamed(raw []byte, words string, safe func(*Definition) error) int {
	lines, otherwise := linesOf(raw), 1
	for _, x := range entries(raw) {
		_, _, err := d.merge(x.rest, safe)
		switch {
		case err == nil:
			return lines[x.at]
		case otherwise == 1 && fail.Words(err) != words:
			otherwise = lines[x.at]
		}
	}
	return otherwise
}

// leftOut is an overlay without one of its entries, which stands at a place.
type leftOut struct {
	at   string
	rest []byte
}

// entries are those of a file, each with the file that lacks it.
func entries(raw []byte) (out []leftOut) {
	var file map[string]json.RawMessage
	if json.Unmarshal(raw, &file) != nil {
		return nil // what is not whole names its place
	}
	for _, name := range slices.Sorted(maps.Keys(file)) {
		without := func(part any, at string) {
			rest := maps.Clone(file)
			if b, err := json.Marshal(part); err == nil {
				rest[name] = b
			}
			if b, err := json.Marshal(rest); err == nil {
				out = append(out, leftOut{at, b})
			}
		}
		var group map[string]json.RawMessage
		var list []json.RawMessage
		switch {
		case json.Unmarshal(file[name], &group) == nil:
			for _, key := range slices.Sorted(maps.Keys(group)) {
				less := maps.Clone(group)
				delete(less, key)
				without(less, join(name, key))
			}
		case json.Unmarshal(file[name], &list) == nil:
			for i := range list {
				without(slices.Delete(slices.Clone(list), i, i+1), name+"["+strconv.Itoa(i+1)+"]")
			}
		}
	}
	return out
}
