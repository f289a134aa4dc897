package concern_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"heed/internal/clock"
	"heed/internal/clock/workday"
	"heed/internal/concern"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

const (
	players     = 16 // clients at once, over all processes
	playedAtOne = 60 // steps and readings for each concern: the clients move on together
)

// operations is how much is played on each engine for promise D14; HEED_HISTORY says another number.
func operations(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("HEED_HISTORY"))
	if err != nil && os.Getenv("HEED_HISTORY") != "" {
		t.Fatal("HEED_HISTORY is how many operations are played")
	}
	switch {
	case n > 0:
		return n
	case testing.Short():
		return 3200
	}
	return 20_000
}

// game is what one process is told to play; it is JSON on its standard input.
type game struct {
	URL, Dir string
	People   map[string]id.Person
	Refs     []id.Reference
	Name     string // of the process, so that no two operations are called the same
	Clients  int
	Each     int // operations of a client
}

// played is one operation as its client saw it.
type played struct {
	Ref     id.Reference
	Word    string // stands in the words of a step; "" for a reading
	Asked   int64  // the version that the step was taken on; 0 for any
	Version int64  // as it was answered
	Known   int64  // the highest version that this process was told of before it asked
	Seen    []string
	Busy    bool   // nothing was done, and it was said: try again
	Alarm   string // an answer that nobody deserved
}

// playing are the steps that the players take; day is that of the moment.
var playing = []func(word, day string) room.Taking{
	func(w, _ string) room.Taking { return room.Said(process.Acknowledge, "words", w) },
	func(w, _ string) room.Taking {
		return room.Said(process.Triage, "decision", process.OpenCase, "reasons", w)
	},
	func(w, _ string) room.Taking {
		d := shareDecision()
		d.Answers.Set("necessity", w)
		return d
	},
	func(w, _ string) room.Taking {
		return room.Said(process.DecideSharing, "result", process.NotShare, "purpose", "crime", "consent", "refused",
			"necessity", w)
	},
	func(w, day string) room.Taking {
		return room.Said(process.Refer, "to", "mash", "by", "telephone", "day", day, "what", w, "rest", "yes")
	},
	func(w, _ string) room.Taking {
		return room.Said(process.GiveFeedback, "result", process.Told, "words", w)
	},
	func(w, _ string) room.Taking { return room.Said(process.Close, "reasons", w) },
	func(w, _ string) room.Taking { return room.Said(process.AddNote, "words", w) }, // the rest: always possible
}

// play has clients read and take steps, together on a few concerns at a time.
func play(w *world.World, g game) []played {
	told := make([]atomic.Int64, len(g.Refs))
	w.Concerns.Room.Openings = len(g.Refs) // it is not about how many a person opens
	var mu sync.Mutex
	var out []played
	var all sync.WaitGroup
	for c := range g.Clients {
		all.Go(func() {
			var mine []played
			r := rand.New(rand.NewPCG(uint64(c), 7))
			seen := map[id.Reference]int64{}
			for n := range g.Each {
				at := min(n*len(g.Refs)/g.Each+r.IntN(2), len(g.Refs)-1)
				p := played{Ref: g.Refs[at], Known: told[at].Load()}
				if r.IntN(3) == 0 || seen[p.Ref] == 0 {
					p.look(w, []string{"lead", "second"}[c%2])
				} else {
					p.Word, p.Asked = fmt.Sprintf("op-%s-%d-%d", g.Name, c, n), seen[p.Ref]
					if r.IntN(2) == 0 {
						p.Asked = 0
					}
					p.step(w, []string{"lead", "second"}[c%2], playing[min(r.IntN(40), len(playing)-1)](p.Word,
						workday.Of(w.Hand.Now()).String()))
				}
				if p.Version > 0 {
					seen[p.Ref] = p.Version
					for v := told[at].Load(); v < p.Version && !told[at].CompareAndSwap(v, p.Version); v = told[at].Load() {
					}
				}
				mine = append(mine, p)
			}
			mu.Lock()
			defer mu.Unlock()
			out = append(out, mine...)
		})
	}
	all.Wait()
	return out
}

func (p *played) look(w *world.World, who string) {
	c, err := w.Concerns.Open(context.Background(), w.As(who), p.Ref)
	if err != nil {
		p.Alarm = err.Error()
		return
	}
	p.Version, p.Seen = c.Version, words(c)
}

func (p *played) step(w *world.World, who string, s room.Taking) {
	c, err := w.Concerns.Take(context.Background(), w.As(who), p.Ref, s.On(p.Asked))
	switch {
	case err == nil:
		p.Version = c.Version
	case fail.Is(err, fail.Busy):
		p.Busy = true
	case !slices.Contains([]fail.Kind{fail.Conflict, fail.Stale, fail.Refused}, fail.KindOf(err)):
		p.Alarm = err.Error()
	}
}

var opWord = regexp.MustCompile(`op-\w+-\d+-\d+`)

func words(c *concern.Concern) []string {
	out := make([]string, 0, len(c.Taken))
	for _, t := range c.Taken[1:] {
		said, _ := json.Marshal(t.Answers)
		out = append(out, opWord.FindString(string(said)))
	}
	return out
}

// TestHistoryIsOfOneOrder is promise D14: what sixteen clients were answered is what
// one after another would have been, and nothing whole was called damaged.
func TestHistoryIsOfOneOrder(t *testing.T) {
	n := operations(t)
	t.Run("sqlite", func(t *testing.T) {
		hand := clock.NewHand(world.Start)
		w := world.New(t, storetest.SQLite(t, world.Migrations(), hand), hand)
		g := newGame(w, n)
		judge(t, w, play(w, g))
	})
	t.Run("postgres", func(t *testing.T) {
		hand := clock.NewHand(world.Start)
		url := storetest.Postgres(t)
		w := world.New(t, storetest.Open(t, store.Options{URL: url, Migrations: world.Migrations(), Clock: hand}), hand)
		g := newGame(w, n)
		g.Clients, g.URL = players/2, url
		var theirs []played
		var other sync.WaitGroup
		other.Go(func() { theirs = elsewhere(t, g) })
		ours := play(w, g)
		other.Wait()
		judge(t, w, append(ours, theirs...))
	})
}

func newGame(w *world.World, n int) game {
	g := game{Dir: w.Dir, People: w.People(), Name: "a", Clients: players, Each: n / players}
	for range max(2, n/playedAtOne) {
		r, err := w.Concerns.Raise(context.Background(), w.As("nurse"), room.Beginning{Answers: worry()})
		if err != nil {
			w.T.Fatal(err)
		}
		g.Refs = append(g.Refs, r.Reference)
	}
	return g
}

// elsewhere plays in a process of its own.
func elsewhere(t *testing.T, g game) (out []played) {
	g.Name = "b"
	text, err := json.Marshal(g)
	if err != nil {
		t.Error(err)
		return nil
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestHistoryElsewhere$", "-test.v")
	cmd.Env = append(os.Environ(), "HEED_HISTORY_GAME="+string(text))
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Error(err)
		return nil
	}
	lines := bufio.NewScanner(pipe)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var p []played
		if json.Unmarshal(lines.Bytes(), &p) == nil {
			out = append(out, p...)
		}
	}
	if err := cmd.Wait(); err != nil || len(out) == 0 {
		t.Errorf("the other process played %d: %v", len(out), err)
	}
	return out
}

// TestHistoryElsewhere is the other process of TestHistoryIsOfOneOrder.
func TestHistoryElsewhere(t *testing.T) {
	text := os.Getenv("HEED_HISTORY_GAME")
	if text == "" {
		t.Skip("part of TestHistoryIsOfOneOrder")
	}
	var g game
	if err := json.Unmarshal([]byte(text), &g); err != nil {
		t.Fatal(err)
	}
	hand := clock.NewHand(world.Start)
	s := storetest.Open(t, store.Options{URL: g.URL, Migrations: world.Migrations(), Clock: hand})
	out, err := json.Marshal(play(world.Beside(t, s, hand, g.Dir, g.People), g))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\n%s\n", out)
}

// judge holds every answer against the history as it stands in the end.
func judge(t *testing.T, w *world.World, all []played) {
	t.Helper()
	history := map[id.Reference]*concern.Concern{}
	steps, readings, busy, alarms := 0, 0, 0, 0
	acknowledged := map[string]bool{}
	for _, p := range all {
		if p.Alarm != "" {
			if alarms++; alarms < 5 {
				t.Errorf("%s: an alarm: %s", p.Ref, p.Alarm)
			}
			continue
		}
		if p.Busy {
			busy++
		}
		if p.Version == 0 {
			continue
		}
		c := history[p.Ref]
		if c == nil {
			var err error
			if c, err = w.Concerns.Open(context.Background(), w.As("lead"), p.Ref); err != nil {
				t.Fatal(err)
			}
			history[p.Ref] = c
		}
		if p.Word == "" {
			readings++
			p.ofOneMoment(t, c)
			continue
		}
		steps++
		acknowledged[p.Word] = true
		p.kept(t, c)
	}
	for _, c := range history {
		lawful(t, c, acknowledged)
	}
	t.Logf("%d operations: %d steps kept, %d readings, %d times busy, %d alarms", len(all), steps, readings, busy, alarms)
	if busy > len(all)/50 {
		t.Error("too many were told to try again: sixteen clients on a few concerns are not that many")
	}
	if steps < len(all)/20 || readings < len(all)/10 {
		t.Error("too little was done to show anything")
	}
}

// ofOneMoment: a reading shows a beginning of the history, no shorter than what
// anybody was told before it was asked for.
func (p played) ofOneMoment(t *testing.T, c *concern.Concern) {
	t.Helper()
	whole := words(c)
	switch {
	case len(p.Seen) > len(whole) || !slices.Equal(p.Seen, whole[:len(p.Seen)]) || int64(len(p.Seen))+1 != p.Version:
		t.Errorf("%s: a reading of version %d shows no moment: %v of %v", p.Ref, p.Version, p.Seen, whole)
	case p.Version < p.Known:
		t.Errorf("%s: version %d was read when %d had been acknowledged", p.Ref, p.Version, p.Known)
	}
}

// kept: no update is lost, and none is made on another version than its client saw.
func (p played) kept(t *testing.T, c *concern.Concern) {
	t.Helper()
	whole := words(c)
	switch {
	case p.Version < 2 || int(p.Version)-2 >= len(whole) || whole[p.Version-2] != p.Word:
		t.Errorf("%s: %s was acknowledged as version %d and is not there", p.Ref, p.Word, p.Version)
	case p.Asked != 0 && p.Version != p.Asked+1, p.Version <= p.Known:
		t.Errorf("%s: %s was taken on %d and made %d (%d was known)", p.Ref, p.Word, p.Asked, p.Version, p.Known)
	}
}

// lawful: nothing is in a history that nobody was told of, nothing twice; it was
// closed once, with an answer; nothing was referred without the decision before it.
func lawful(t *testing.T, c *concern.Concern, acknowledged map[string]bool) {
	t.Helper()
	share, answered, owner, closed := false, false, false, 0
	for i, taken := range c.Taken[1:] {
		word := words(c)[i]
		if !acknowledged[word] {
			t.Errorf("%s: version %d (%s) was never acknowledged, or is there twice", c.Reference, taken.Version, word)
		}
		delete(acknowledged, word)
		switch taken.Step {
		case process.Acknowledge:
			owner = true
		case process.DecideSharing:
			share = taken.Outcome == process.Share
		case process.Refer:
			if !share {
				t.Errorf("%s: referred without a decision to share", c.Reference)
			}
			answered = false
		case process.Triage:
			answered = false
		case process.GiveFeedback:
			answered = true
		case process.Close:
			if closed++; closed > 1 || !answered || !owner {
				t.Errorf("%s: closed %d times, answered %v, owned %v", c.Reference, closed, answered, owner)
			}
		}
	}
}
