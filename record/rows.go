package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"regexp"
)

// RowsRoom is the number of the kind of record that says what bulk rows there are.
const RowsRoom = 8

// Kinds of entry of such a record.
const (
	KindRowsImported = "rows.imported"
	KindRowsUndone   = "rows.undone"
)

// RowsChunk is how many rows one leaf of the tree over rows commits to.
const RowsChunk = 4096

// MostImports and MostRows bound the number of an import and of its rows: a row's key is
// made of both (RowKey).
const (
	MostImports = 1<<31 - 1
	MostRows    = 1<<32 - 1
)

// RowKey is the key of a row: the number of its import, and its place in it from 0.
func RowKey(imported, place int64) int64 { return imported<<32 | place }

// RowsImport is the data of an entry of KindRowsImported. Other members may stand beside it.
type RowsImport struct {
	Import  int64    `json:"import"`
	Table   string   `json:"table"`
	Columns []string `json:"columns"` // which of the table are committed to, in this order
	Rows    int64    `json:"rows"`    // that it put there
	Root    string   `json:"root"`    // of those, in hex
	Ended   int64    `json:"ended"`   // rows of earlier imports that it ended
	Ends    string   `json:"ends"`    // root of their keys, in hex
}

// RowsUndone is the data of an entry of KindRowsUndone: from it on it is as if that import
// had never been, as to which rows there are and which were ended.
type RowsUndone struct {
	Import int64 `json:"import"`
}

var rowsName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

var errRows = errors.New("record: what an entry says of rows")

// ParseRows reads what an entry of a record of RowsRoom says of rows; imported is nil when
// it undoes one, and both are nil for entries of other kinds.
func ParseRows(payload []byte) (imported *RowsImport, undone *RowsUndone, err error) {
	b, err := ParseBody(payload)
	if err != nil {
		return nil, nil, err
	}
	switch b.Kind {
	case KindRowsImported:
		d := &RowsImport{}
		if err := json.Unmarshal(b.Data, d); err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		return d, nil, d.check()
	case KindRowsUndone:
		d := &RowsUndone{}
		if err := json.Unmarshal(b.Data, d); err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		return nil, d, nil
	}
	return nil, nil, nil
}

func (d *RowsImport) check() error {
	names := append([]string{d.Table}, d.Columns...)
	for _, n := range names {
		if !rowsName.MatchString(n) {
			return fmt.Errorf("%w: %w: a name", ErrFormat, errRows)
		}
	}
	for _, root := range []string{d.Root, d.Ends} {
		if b, err := hex.DecodeString(root); err != nil || len(b) != sha256.Size {
			return fmt.Errorf("%w: %w: a root", ErrFormat, errRows)
		}
	}
	if d.Import < 1 || d.Import > MostImports || d.Rows < 0 || d.Rows > MostRows || d.Ended < 0 || len(d.Columns) == 0 {
		return fmt.Errorf("%w: %w: a number", ErrFormat, errRows)
	}
	return nil
}

// RowsHash makes the root over rows that are added in the order of their keys.
type RowsHash struct {
	tree  Tree
	chunk hash.Hash
	n     int64
	row   []byte
}

// rowsContext begins what a chunk's hash is of.
const rowsContext = "heed/rows/1\n"

// Add adds a row: its key and its values, each an int64, a string, []byte or nil.
func (h *RowsHash) Add(key int64, values ...any) error {
	if h.chunk == nil {
		h.chunk = sha256.New()
	}
	if h.n%RowsChunk == 0 {
		h.chunk.Write([]byte(rowsContext))
	}
	h.row = binary.BigEndian.AppendUint64(h.row[:0], uint64(key))
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			h.row = append(h.row, 0)
		case int64:
			h.row = binary.BigEndian.AppendUint64(append(h.row, 1), uint64(v))
		case string:
			h.row = binary.BigEndian.AppendUint32(append(h.row, 2), uint32(len(v)))
			h.row = append(h.row, v...)
		case []byte:
			h.row = binary.BigEndian.AppendUint32(append(h.row, 3), uint32(len(v)))
			h.row = append(h.row, v...)
		default:
			return fmt.Errorf("%w: %w: a %T in a row", ErrFormat, errRows, v)
		}
	}
	h.chunk.Write(h.row)
	if h.n++; h.n%RowsChunk == 0 {
		h.close()
	}
	return nil
}

func (h *RowsHash) close() {
	h.tree.AppendLeaf([sha256.Size]byte(h.chunk.Sum(nil)))
	h.chunk.Reset()
}

// Rows is how many were added.
func (h *RowsHash) Rows() int64 { return h.n }

// Root is the root over all that were added, in hex. Nothing is added after it was asked for.
func (h *RowsHash) Root() string {
	if h.n%RowsChunk != 0 {
		h.close()
	}
	root := h.tree.Root()
	return hex.EncodeToString(bytes.Clone(root[:]))
}
