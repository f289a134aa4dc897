// Package vault keeps every record readable by those who hold the keys, and
// unreadable for ever once its key is destroyed.
//
// # Three levels of key
//
//	organisation key    a line of the key file, or a key management service
//	  └ generation key  in the key store, wrapped; serves a day and 1,000 records at most
//	      └ branch key  derived; one for each compartment; kept nowhere
//	          └ record key  in the database, wrapped; one for each record
//	              └ fields  sealed, bound to organisation, record, field and version
//
// To erase one record is to destroy its record key. Because a database cannot
// be made to forget bytes that it once wrote (write-ahead logs, free pages,
// replicas, backups), the wrapped key is made worthless as well: the generation
// key that wrapped it is overwritten in the key store, after the living records
// of that generation have been wrapped again by a new one.
//
// # What it keeps true
//
//   - A ciphertext opens only in the organisation, record, field and version it was sealed for.
//   - A record's key opens under the branch of its own compartment and no other, and
//     nothing that is stored tells which branch that is.
//   - A generation key is durable in both copies of the key store before a record key is wrapped by it.
//   - No record key is wrapped by a generation that an erasure has retired: the
//     row in key_generation is locked by whoever wraps and by whoever retires,
//     so this holds across processes and machines.
//   - A generation key is destroyed only when no row is wrapped by it any more and
//     no reader still looks at a snapshot in which one was.
//   - An erasure that was begun is finished, whatever was killed in between: erase.go.
//   - What was destroyed is said by tombstones in the key store, and what was decided
//     by entries of the history. The database decides neither.
//   - What was typed and not sent cannot be opened a week after its day: days.go.
//   - A wrong key, a key store from another installation and one that is older than
//     the database are noticed at Open, one that is older than the history at Settle,
//     before anything is read or written.
//
// # Who is trusted with what
//
// Each store, whether it is trusted, and what somebody who has it could do.
//
// The key file (or the key management service) is trusted for secrecy. Alone it
// opens nothing. With the key store and the database it opens every living
// record. Who can change it can make Heed refuse to start; they cannot make it
// accept a record that was not sealed here. Losing the last copy loses all
// records. It is never written to a log, a backup or the database.
//
// The key store is trusted for keeping and for forgetting. Alone it opens
// nothing. Who can read an old copy, and has the key file and an old copy of
// the database, can read records erased since that copy: therefore it has a
// backup life of its own (35 days by default), which every certificate of
// erasure names. Who can change it can make records unreadable, which is
// noticed. They cannot write a tombstone without the key file; a destroyed
// generation that they put back is refused at the next start.
//
// The database is trusted with nothing. Who can read it sees ids, times and
// counts. Who can change it can remove or damage a wrapped key, which makes
// that record unreadable (noticed on reading and by heed verify), but cannot
// swap two records' keys or fields: the context they are bound to names the
// record. Nothing in it says what is to be destroyed.
//
// This process, while it runs, holds generation keys and record keys in its
// memory and is trusted with everything. Go gives no promise that a key is
// wiped from memory; swap and core dumps are the machine's to forbid.
//
// Several machines on one PostgreSQL share one key store on a file system with
// working locks (NFS 4, SMB); it is written once for each new generation.
package vault
