// Package record is the format in which Heed keeps and proves its history.
//
// It depends on nothing but the standard library and knows nothing of Heed's
// database. Heed writes with it; heed verify, and anybody else, verifies with it
// and shares no other code with the writer. What follows describes every byte,
// so that it can be written again in another language; testdata/vectors.json
// holds inputs and what they must give, good and bad.
//
// Numbers are big-endian. ‖ joins byte strings. An id is 16 bytes. "\n" is 0x0a.
//
// # Entries
//
// An entry is a header in the clear and a sealed part.
//
//	header = "heed/entry/2\n" ‖ org(16) ‖ record(16) ‖ entry(16) ‖ version(8) ‖ at(8) ‖ generation(8) ‖ room(8)
//	                                                                                             93 bytes
//
// version is the record's version that the entry makes, 1, 2, 3 … without a gap,
// or 0 for an entry that changes nothing (somebody read the record). at is
// microseconds since 1970 UTC by the writer's clock and orders nothing.
// generation is that of the keys when it was written (see Keys). room is the number
// of the kind of record, from 1; all entries of a record, and its head, have the same.
//
//	payload = JSON {"kind":…,"actor":…,"role":…,"rule":…,"data":…}
//	sealed  = seal(record key, place(org, record, version, "entry:" ‖ hex(entry)), blinder(16) ‖ payload ‖ spaces)
//	leaf    = HMAC-SHA256(key: blinder, message: header ‖ SHA-256(sealed))                        32 bytes
//
// There are so many spaces that what is sealed has 512, 1,024, 2,048, 4,096, 8,192 or
// 16,384 bytes, or a multiple of 16,384: the next that is large enough.
//
// In the JSON, role and data may be left out; no other member exists; hex is
// lower case. The blinder is random, new for each entry, and lies only inside
// sealed. So a leaf says nothing about its entry: who guesses a name, or knows
// every word that was written, cannot tell whether it is there. When the record's
// key is destroyed the leaf remains and the tree still verifies.
//
// An erased record must be named by an erasure entry: an entry of kind
// "record.erased" in another record of the same organisation, whose data has a
// member "record" with the id in lower-case hexadecimal, and a member "form":
//
//	form = hex(SHA-256("heed/erased-form/1\n" ‖ header ‖ leaf ‖ header ‖ leaf …))
//
// of the entries of the erased record that have lost their sealed part: those with a
// version in its order, then the others in the order in which they were written.
//
// Padding hides how many entries there were:
//
//	padding leaf = HMAC-SHA256(key: blinder(16), message: "heed/padding/1\n")
//
// The blinder of a padding leaf is kept in the clear with its place in the tree,
// never published: with it the leaf is shown to stand for nothing; nobody can find
// a blinder that makes an entry's leaf look like padding.
//
// # Sealed fields
//
//	place(org, record, version, field) = "heed/field/1\n" ‖ org(16) ‖ record(16) ‖ version(8) ‖ field
//	seal(key, place, text)             = 0x01 ‖ nonce(12, random) ‖ AES-256-GCM(key, nonce, text, additional data: place)
//
// The GCM output is ciphertext then tag (16). Moved to another organisation,
// record, field or version, cut, or changed by a bit, it does not open.
//
// # Keys
//
//	organisation key → generation key → branch key of a compartment → record key → fields
//	wrap(key, context, inner(32)) = 0x01 ‖ nonce(12)
//	    ‖ AES-256-GCM(key, nonce, inner, additional data: "heed/wrap/1\n" ‖ context)                 61 bytes
//	context of a generation key   = "heed/generation/1\n" ‖ org(16) ‖ generation(8)
//	context of a record key       = "heed/record-key/1\n" ‖ org(16) ‖ record(16) ‖ generation(8)
//
// A branch key wraps the record keys of one compartment (patient, colleague,
// organisation, exercise) in one generation:
//
//	branch key = HKDF-SHA256(secret: generation key, no salt, info: "heed/branch/1\n" ‖ org(16) ‖ generation(8)
//	    ‖ compartment), 32 bytes
//
// Which compartment a record is in stands nowhere: a wrapped record key opens under
// one of the branches of its generation.
//
// A record key is wrapped under some generation, not always that of its
// entries' headers: when a record of the same generation is erased, the others
// are wrapped again under a newer one. The key file (organisation keys) and the
// key store (generation keys) are described at ParseKeyFile and ParseKeyStore.
//
// # The tree
//
// RFC 6962, section 2.1, with SHA-256: the hash of a leaf is SHA-256(0x00 ‖ leaf),
// of a node SHA-256(0x01 ‖ left ‖ right), of an empty tree SHA-256 of nothing; a
// tree of n > 1 leaves is split at the largest power of two smaller than n.
// Leaves are numbered from 0 in the order in which the log took them in. That
// number is the only order there is. Inclusion and consistency proofs are those
// of RFC 6962; VerifyInclusion and VerifyConsistency follow RFC 9162, 2.1.3.2 and
// 2.1.4.2, and refuse trees of more than 2^60 leaves.
//
// Tiles and their paths are C2SP tlog-tiles: tile/L/N holds 256 hashes (8,192
// bytes), of leaves at level 0, of full tiles of the level below at higher levels;
// N is written in groups of three digits with x before all but the last
// (1234067: x001/x234/067); the last tile of a level, if partial, ends in .p/W
// where W is its width, 1 to 255. Entry bundles, where they are served, hold the
// leaves (HMACs of 32 bytes), never what they commit to.
//
// # Rows
//
// What comes in millions and is about no record of its own (organisations, completions)
// lies in tables in the clear. The entries of a record of room 8 commit to it: one of kind
// "rows.imported" says with which import, into which table, which columns, how many rows,
// and two roots (RowsImport); one of kind "rows.undone" takes an import back.
//
//	key   = import(4) ‖ place(4)                    as one number; places are 0, 1, 2 … without a gap
//	value = 0x00                                    null
//	      | 0x01 ‖ number(8)                        | 0x02 ‖ length(4) ‖ text, UTF-8    | 0x03 ‖ length(4) ‖ bytes
//	row   = key(8) ‖ value ‖ value …                in the order in which the entry names the columns
//	chunk = SHA-256("heed/rows/1\n" ‖ row ‖ row …)  of 4,096 rows in the order of keys, the last of fewer
//	root  = that of a tree as above whose leaves are the chunks
//
// The second root is over the rows of earlier imports that this one ended: over their keys,
// with no values. An import of another record's rows, or of a number that was given
// already, is none. Whether a row is there: its import was not taken back, and it was
// ended by none that was not taken back.
//
// # Checkpoints
//
// A checkpoint is a C2SP signed note (UTF-8, no control character but newline)
// whose text is that of C2SP tlog-checkpoint:
//
//	<origin>\n<size in decimal>\n<base64 root>\n
//	\n
//	— <key name> <base64(key id(4) ‖ signature)>\n     one or more
//
// The key id is the first four bytes of SHA-256(name ‖ "\n" ‖ type ‖ public key).
// A log signs the text with Ed25519 (type 0x01); its key's name is the origin. A
// witness signs with type 0x04 (cosignature/v1): its signature field is
// seconds(8) ‖ Ed25519 signature of
//
//	cosignature/v1\ntime <seconds>\n<text>
//
// A public key's text form is name+hhhhhhhh+base64(type ‖ key), where hhhhhhhh is
// the key id; a private key's is PRIVATE+KEY+name+hhhhhhhh+base64(type ‖ seed).
// Public checkpoints have no extension lines. The writer also keeps one for
// itself at each step of its work, with the extension line "internal"; it must
// never be published or cosigned.
//
// # Outside the database
//
// Leaves that had to wait for their place lie in files of one line each (ParseHeld).
// What somebody keeps of an entry is a promise, signed by the log's key, or, once
// the entry is public, a proof in the form c2sp.org/tlog-proof@v1 (Receipt.Sign).
//
// # What it keeps true, and who is trusted
//
// Nothing here trusts what it reads: every parser takes any bytes and gives an
// error of a stated class (errors.go) and never panics; each form has exactly one
// encoding and others are refused. Whoever can write the database but has no keys
// can change nothing unseen. Whoever has the record keys can make other entries,
// but not under a checkpoint that is already signed. Whoever has every key of the
// installation can write another history, and is found by anyone who remembers an
// older checkpoint: that is what witnesses are for.
//
// Signatures are Ed25519 because the witness protocol in use asks for it; the
// newer ML-DSA-44 cosignatures can stand beside them as one more signature line.
package record
