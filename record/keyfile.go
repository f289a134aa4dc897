package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// MaxKeyFile is the largest key file that is read.
const MaxKeyFile = 1 << 20

const keyFileWord = "heed-key/1"

const keyFileHead = `# Heed organisation keys. Whoever holds this file and the key store can read
# everything; whoever loses the last copy can read nothing. Keep a copy in a
# safe, apart from the database's backups. One line for each key:
# heed-key/1 ORGANISATION NUMBER KEY CHECK
`

// OrgKey is one organisation's key. Number counts its keys: the highest is in
// use, lower ones are there only while a change of key is under way.
type OrgKey struct {
	Org    [16]byte
	Number int
	Key    [32]byte
}

// KeyFileError says which line of a key file cannot be used, without repeating it.
type KeyFileError struct {
	Line  int // from 1; 0 is the file as a whole
	Fault string
}

func (e *KeyFileError) Error() string {
	if e.Line == 0 {
		return "key file: " + e.Fault
	}
	return fmt.Sprintf("key file: line %d: %s", e.Line, e.Fault)
}

// Unwrap says that it is of the class ErrFormat.
func (e *KeyFileError) Unwrap() error { return ErrFormat }

// FormatKeyFile is the text of a key file.
func FormatKeyFile(keys []OrgKey) []byte {
	var b bytes.Buffer
	b.WriteString(keyFileHead)
	for _, k := range keys {
		body := fmt.Sprintf("%s %x %d %x", keyFileWord, k.Org, k.Number, k.Key)
		fmt.Fprintf(&b, "%s %s\n", body, keyFileCheck(body))
	}
	return b.Bytes()
}

// keyFileCheck finds a mistyped or damaged line: the first four bytes of the SHA-256 of what precedes it.
func keyFileCheck(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:4])
}

// ParseKeyFile reads a key file. Lines that are empty or begin with # are
// passed over; any other line that is not whole is an error, because a key
// that is silently left out would make living records unreadable.
func ParseKeyFile(text []byte) ([]OrgKey, error) {
	if len(text) > MaxKeyFile {
		return nil, &KeyFileError{Fault: "larger than a key file can be"}
	}
	type slot struct {
		org    [16]byte
		number int
	}
	seen := map[slot]bool{}
	var keys []OrgKey
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if line == "" || line[0] == '#' {
			continue
		}
		k, fault := parseKeyLine(line)
		if fault == "" && seen[slot{k.Org, k.Number}] {
			fault = "the same key number twice"
		}
		if fault != "" {
			return nil, &KeyFileError{Line: i + 1, Fault: fault}
		}
		seen[slot{k.Org, k.Number}] = true
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, &KeyFileError{Fault: "holds no key"}
	}
	return keys, nil
}

func parseKeyLine(line string) (k OrgKey, fault string) {
	f := strings.Split(line, " ")
	if len(f) != 5 || f[0] != keyFileWord {
		return k, "not a line of a Heed key file"
	}
	if f[4] != keyFileCheck(strings.Join(f[:4], " ")) {
		return k, "its check does not match: damaged or mistyped"
	}
	if len(f[1]) != 2*len(k.Org) || len(f[3]) != 2*len(k.Key) {
		return k, "wrong length"
	}
	if _, err := hex.Decode(k.Org[:], []byte(f[1])); err != nil {
		return k, "organisation is not hexadecimal"
	}
	if _, err := hex.Decode(k.Key[:], []byte(f[3])); err != nil {
		return k, "key is not hexadecimal"
	}
	n, err := strconv.Atoi(f[2])
	if err != nil || n < 1 || strconv.Itoa(n) != f[2] {
		return k, "key number is not a number from 1"
	}
	if k.Org == [16]byte{} || k.Key == [32]byte{} {
		return k, "empty organisation or key"
	}
	k.Number = n
	return k, ""
}
