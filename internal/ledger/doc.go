// Package ledger is Heed's history: what was done, by whom, allowed by which rule,
// in an order that cannot be rewritten unseen.
//
// # The life of an entry
//
//	Append, Reading   in the same commit as the change, or before the first byte is
//	                  shown: a row in entry (sealed under the record's key, with its
//	                  leaf), the head moved, a row in entry_pending
//	Waiting           what has no place after two seconds is held: its leaf is fsynced
//	                  into Options.Folder, before the page or the receipt
//	Sequence          about a second later: a place in the tree (log_run), the tiles
//	                  at its edge (log_tile), the signed state (log_state), one commit;
//	                  then that state outside the database too (kept.go)
//	Publish           on the beat: a signed checkpoint (log_checkpoint) that is larger by
//	                  the step of the day, from then on Checkpoint and Tile serve it
//	Witnessing        at once after that: cosignatures (log_cosignature)
//
// A leaf is an HMAC of header and ciphertext under a random blinder that lies
// sealed in the row (package record): the tree says nothing about entries and
// still verifies when a record has been erased.
//
// # What it keeps true
//
//   - An entry is there if and only if the change is: they are one commit.
//   - A record's versions are 1, 2, 3 … without a gap, each once. Held by the head
//     row, which writers move by compare-and-swap and PostgreSQL locks, and by a
//     unique index, not by the isolation level.
//   - Every entry of a record carries the number of one room, bound by its leaf (rooms.go).
//   - Every committed entry gets exactly one place, in insertion order, never by id
//     or clock, and never loses it. A record's entries lie in order of version.
//   - Readings take no version: reading never makes a writer stale.
//   - A step of the tree is one commit: killed anywhere, it has happened or not.
//     Two sequencers at once do no harm: the state row is locked and its size
//     compared. So the turn, which anybody with the database can hold, is only waited
//     for for five seconds.
//   - Every step starts from what the database says, checked against what was signed
//     at the step before. A public checkpoint is signed only after a proof, made
//     from the tiles, that the tree begins with the one published before.
//   - When these do not agree the state is not known, and the log stops: nothing is
//     numbered or signed by this process any more (Trouble). Entries go on being
//     written; care does not wait for the log.
//   - The public size grows by the same step with every beat, whether or not anything
//     was written; what is more waits for the next, an hour at most (pace.go).
//
// # Who is trusted with what
//
// The database administrator, or whoever can write to the database, reads ids,
// times and counts. They can destroy; they cannot read an entry, nor write or
// change one: History authenticates every row under the record's key. A row
// that was altered, moved, swapped, or taken from the middle is found when its
// record is read; a cut tail, a deleted reading or a record taken away whole when the
// tree is verified (heed verify). Rewriting the tree needs the
// signing key. They can hold numbering up for as long as they like; a turn that is
// not let go is taken over, but a table can be locked by anybody. What they then
// take away is missed: each process knows what it has written and not yet seen in
// the tree, and what waits for more than two seconds lies outside the database
// before anybody is answered (held.go). What they can do unseen by the installation
// itself: kill it, take away what was written in its last two seconds, and start it
// again. Putting back an older copy of the whole database is found by what lies in
// Options.Folder (kept.go); of database and folder together by a witness, or anybody
// who kept a checkpoint.
//
// Who holds a record key (or the keys above it) can read that record, and write
// entries that open. They cannot give them a place that was given already, nor
// change what is under a published checkpoint.
//
// Who holds the signing key and the database can sign a second history. They
// cannot make a witness, or anybody who kept a checkpoint, take it for the first:
// no consistency proof exists.
//
// A witness is trusted with remembering. It sees sizes and roots, which tell
// nothing. It can refuse to sign, which shows in WitnessState and stops nobody, and
// so can whoever sits on the way to it: a refusal is only a size. What stops the log
// is a checkpoint under the log's own signature that the tree does not begin with,
// ours or the one that the witness gives back. It can lie about having checked:
// therefore there may be several, of whom Quorum must sign.
//
// Nothing in log_tile, log_run, log_checkpoint or what Tile and Checkpoint serve is
// secret. Padding can be told from entries in log_run only, by those who read the
// database.
package ledger
