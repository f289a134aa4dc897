package roomtest_test

// planted are faults put into package room, each with the clause that must find it.
// A clause that never failed shows nothing.
var planted = []struct{ name, file, old, new, clause string }{
	{"a record is shown without an entry", "open.go",
		`return d.Ledger.Reading(tx, r.Number, key, f.author(a), ledger.Event{Kind: r.Name + what.Kind, Data: data})`,
		`_, _, _ = key, data, ledger.Event{}
		return nil`, "no_entry,_no_record"},
	{"an overlay on another kind of record takes the place of this one's", "../directory/overlay.go",
		`{ return o.Laid(o.inForce[on]) }`, `{
	if o.inForce[on] == "" {
		return Overlay{}, false
	}
	return o.overlays[len(o.overlays)-1], true
}`, "an_organisation's_overlay"},
	{"another organisation's overlay is followed", "../directory/overlay.go", `	if ok || org.IsZero() {`,
		`	for _, x := range d.orgs {
		if len(x.overlays) > 0 {
			o, ok = x, true
		}
	}
	if ok || org.IsZero() {`, "an_organisation's_overlay"},
	{"an entry does not name the overlay", "decide.go", `ev := Event{Definition: d.Process.Name(),`,
		`ev := Event{Definition: strings.Split(d.Process.Name(), "+")[0],`, "an_organisation's_overlay"},
	{"a record does not follow what is laid", "overlay.go", `	return d.followed(r, def, o), err
}`, `	_ = o
	return def, err
}`, "an_organisation's_overlay"},
	{"a longer time is taken", "../process/overlay.go", `case o.Days[id] > d.Timers[i].Days:`,
		`case o.Days[id] > d.Timers[i].Days+99:`, "an_organisation's_overlay"},
	{"a longer time round is taken", "../process/overlay.go", `|| o.Months[id] > most {`, `|| o.Months[id] > most+99 {`,
		"an_organisation's_overlay"},
	{"a longer answer is taken", "../process/overlay.go", `|| o.Limits[name] > f.Limit():`,
		`|| o.Limits[name] > f.Limit()+99:`, "an_organisation's_overlay"},
	{"an added step of nobody's is taken", "held.go", `&& len(r.takers(rules, s)) == 0 {
			return fmt.Sprintf("nobody may take`, `&& len(r.takers(rules, s)) == 99 {
			return fmt.Sprintf("nobody may take`, "an_organisation's_overlay"},
	{"an added step moves the record", "../process/overlay.go", `if m.To != "" && !d.proved() {`, `if m.To == "never" {`,
		"an_organisation's_overlay"},
	{"an added step lets something leave", "../process/overlay.go", `if out.Leaves != Stays || out.Decides != "" {`,
		`if out.Leaves == Emergency || out.Decides != "" {`, "an_organisation's_overlay"},
	{"an added step decides about sharing", "../process/overlay.go", `if out.Leaves != Stays || out.Decides != "" {`,
		`if out.Leaves != Stays {`, "an_organisation's_overlay"},
	{"a condition stands before a decision not to share", "../process/overlay.go",
		`s.Always || s.decides(NotToShare) && (!one || n.Decides == NotToShare) {`, `s.Always || n.ID == "never" {`,
		"concern:an_organisation's_overlay"},
	{"a question stands before what must never wait", "../process/overlay.go", `if s.neverWaits() && !q.Optional {`,
		`if s.neverWaits() && q.Max > 99 {`, "an_organisation's_overlay"},
	{"an answer stands before what must never wait", "../process/overlay.go", `			case s.neverWaits():
`, `			case s.neverWaits() && len(o.Needed) > 99:
`, "an_organisation's_overlay"},
	{"a form of all organisations is worded anew", "../process/reword.go", `		case may == kept:
`, `		case may == kept && len(words) > 300:
`, "concern:an_organisation's_overlay"},
	{"what is proposed counts by the word of one", "../directory/proposal.go",
		`if g != a.Person && !slices.Contains(p.Yes, g) {`, `if g.IsZero() {`, "an_organisation's_overlay"},
	{"a grantor agrees to another text than they saw", "../directory/proposal.go",
		`if p.Fingerprint() == fingerprint {`, `if len(p.Fingerprint()) == len(fingerprint) {`, "an_organisation's_overlay"},
	{"two labels change places", "../process/mistaken.go", `if y.id != x.id && x.takenFor(y) {`,
		`if y.id == "never" && x.takenFor(y) {`, "an_organisation's_overlay"},
	{"a yes begins as a no does", "../process/mistaken.go", `&& verb(is.Label) == verb(theirs.Label) {`,
		`&& verb(is.Label) == "never" {`, "an_organisation's_overlay"},
	{"an added step comes between two words", "../process/two.go", `if i >= 0 && !slices.Contains(m.Lacks, t.Fact) {`,
		`if i > 99 && !slices.Contains(m.Lacks, t.Fact) {`, "an_organisation's_overlay"},
	{"two words are left to one role", "held.go", `if len(is) == 1 && len(was) > 1 {`,
		`if len(is) == 99 && len(was) > 1 {`,
		"an_organisation's_overlay"},
	{"an old entry is read under the new overlay", "overlay.go", `over, ok := o.Laid(name); ok {`,
		`over, ok := o.InForce(def.Name()); ok {`, "an_organisation's_overlay"},
	{"what an overlay had due is due for ever", "decide.go", `			stop = append(stop, due.Deadline)
`, ``, "an_organisation's_overlay"},
	{"that nothing lies on a later definition is not said", "overlay.go", `o.InForce(r.Latest().Name()); !ok {`,
		`o.InForce(r.Latest().Name()); !ok && len(all) > 99 {`, "an_organisation's_overlay"},
	{"a list is shown without an entry", "list.go",
		`return page, d.listed(ctx, a, decision.Rule, r.Name+kindListed, q.List, page.Rows)`, `return page, nil`,
		"no_entry,_no_record"},
	{"what is missing is not written down", "find.go",
		`return d.note(tx, a, ruleMissing, r.Name+kindRefused, refused{ref})`,
		`if row, err := rowAt(tx, ref); err != nil || row.reference != string(ref) {
		return nil
	}
	return d.note(tx, a, ruleMissing, r.Name+kindRefused, refused{ref})`, "hidden_is_missing"},
	{"what is hidden says so", "find.go",
		`return f.decision.Err(r.resource(&f.state, now))`,
		`if f.decision.Effect != access.Allow {
		return fail.New(fail.Refused, "This is not yours")
	}
	return nil`, "hidden_is_missing"},
	{"a key says nothing of the record", "once.go", `room, operation, ref, b)`, `room, operation, "", b)`,
		"sent_twice_is_once"},
	{"what a key did is forgotten", "once.go", `	if key == "" {
		return nil
	}
	at := retryKey`, `	if key != "" {
		return nil
	}
	at := retryKey`, "sent_twice_is_once"},
	{"what changed is shown without an entry", "desk.go",
		`	v, err := d.Open(ctx, a, r, ref)
`, `	var v View
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		f, err := d.find(tx, a, r, ref, actView)
		if err != nil {
			return err
		}
		taken, err := d.history(tx, &f)
		if err == nil {
			v, err = d.view(tx, a, r, f, taken, false)
		}
		return err
	})
`, "who_changed_it_meanwhile"},
	{"what somebody did themselves is said to be somebody else's", "desk.go", `return t.By == a.Person };`,
		`return t.By.IsZero() };`, "who_changed_it_meanwhile"},
	{"a lower version is laid over a higher one", "../directory/overlay.go", `&& number < above`, `&& number < above-99`,
		"an_organisation's_overlay"},
	{"a lower version is laid once the higher was taken off", "../directory/overlay.go", `case l.under(was):`,
		`case o.inForce[l.On()] == was.Name && l.under(was):`, "an_organisation's_overlay"},
	{"a record is missing from its lists", "tags.go", `!listed(l, s)`, `!listed(l, s) || l.Of == ofOrganisation`,
		"lists_show_what_they_say"},
	{"a list of what is due today tells of a duty that is not shown", "list.go", `if of.today && !isDue(&s, of.until) {`,
		`if of.today && !isDue(&s, of.until) && s.Version < 0 {`, "badge:what_is_due_is_listed_as_due"},
	{"a record stays where it was", "rows.go", `if !slices.Contains(now, p) {`, `if false {`,
		"live_rows_are_those_of_a_replay"},
	{"a list is sorted by what no index has", "list.go", `order by l.tag, l.sort, l.record limit `,
		`order by r.version limit `, "each_list_comes_from_an_index"},
	{"folding asks today's definition", "open.go", `v := View{State: s.seenBy(a.Person), Room: r`, `if len(def.Timers) == 0 {
		s.Due = nil
	}
	v := View{State: s.seenBy(a.Person), Room: r`, "an_old_entry_means_what_it_meant"},
	{"one person is two", "decide.go", `if slices.Contains(s.People[as], a.Person) {`, `if as == "" {`,
		"two_people_are_two"},
	{"what is not asked is taken in silence", "decide.go", `if strict {`, `if false {`, "an_unknown_answer_is_refused"},
	{"another program's rows stay", "catchup.go", "byOlder = `made < $2`", "byOlder = `made > $2`", "another_program"},
	{"an older program makes a newer one's rows again", "catchup.go", "byOlder = `made < $2`", "byOlder = `made <> $2`",
		"another_program"},
	{"a new list has new records only", "tags.go", `for _, l := range r.Latest().Lists {
		if base`, `def, _ := r.Definition(s.Definition)
	for _, l := range def.Lists {
		if base`, "another_program"},
	{"a row is made again without being claimed", "catchup.go", `if err != nil || claimed != 1 {`, `if claimed > 99 {`,
		"postgres/made_again_too_late"},
	{"a row is passed off as another program's", "rows.go", ` || p.Made != r.made {`, ` {`, "nobody_passes"},
	{"what another program made is not compared", "prove.go", `	newer := x.made > r.makes()
`, `	newer := x.made > r.makes()
	if x.made != r.makes() {
		n.Newer++
		return "", nil
	}
`, "what_another_program"},
	{"another program's places are an alarm", "prove.go", `	case newer:
		n.Newer++
		return "", nil
`, `	case newer && n.Newer > 99:
`, "what_another_program"},
	{"a newer program's rows are made again without their picture", "catchup.go", `	return true, d.projectAs(tx, r, is)
`, `	places, err := d.placesOf(tx, r, &is.State)
	if err == nil {
		err = insertPlaces(tx, x.record, places[:0])
	}
	return true, err
`, "what_another_program"},
	{"an old record's own step is gone", "room.go", `for _, d := range slices.Backward(r.Definitions) {`,
		`for _, d := range r.Definitions[len(r.Definitions)-1:] {`, "a_record_goes_on"},
	{"a page is short by what is hidden", "list.go", `			case !ok:
			case q.Pass > 0:
				q.Pass--
			case len(out) == q.Limit:`, `			case !ok && len(out) < q.Limit:
				q.Limit--
			case q.Pass > 0:
				q.Pass--
			case len(out) >= q.Limit:`, "pages_are_full"},
	{"a next page tells of what is hidden", "list.go", `			case !ok:
			case q.Pass > 0:
				q.Pass--
			case len(out) == q.Limit:`, `			case !ok && len(out) < q.Limit:
			case q.Pass > 0:
				q.Pass--
			case len(out) == q.Limit:`, "pages_are_full"},
	{"a cursor is anybody's", "list.go", `d.Directory.PlaceOf(tx, a, of.name, q.After)`,
		`d.Directory.PlaceOf(tx, access.Actor{Org: a.Org}, "", q.After)`, "pages_are_full"},
	{"a list of today without another is empty", "tags.go", `if base(r.Latest(), l) != l.ID || !listed(l, s) {`,
		`if l.Today || !listed(l, s) {`, "what_is_due_is_listed"},
	{"who lost the record by a step has no receipt", "desk.go", `!barred(f.decision) ||`,
		`f.decision.Effect == access.Allow ||`, "sent_twice_is_once"},
	{"who was barred since has a receipt", "desk.go", `!barred(f.decision) ||`, `!barred(f.decision) || true ||`,
		"sent_twice_is_once"},
	{"a receipt sent again has no outcome", "once.go", `r.Outcome = string(`, `r.Outcome = "another" + string(`,
		"sent_twice_is_once"},
	{"everybody sees the keepers' words", "shown.go", `if work || t.By == a.Person {
			t.E`, `if work || t.By == a.Person || len(taken) > 0 {
			t.E`, "who_does_not_work"},
	{"a draft is read by everybody", "shown.go", `	if len(states) > 0 {`, `	if len(states) > 99 {`, "who_does_not_work"},
	{"who works on it misses a step", "shown.go", `			t.Emptied = emptied(info, t.Answers, func([]string) bool { return true })
`, `			if t.Emptied = emptied(info, t.Answers, func([]string) bool { return true }); i > 0 {
				continue
			}
`, "who_does_not_work"},
	{"what changed meanwhile is shown whole", "open.go", `Taken: d.shown(tx, a, r, &s, taken, work)`, `Taken: taken`,
		"who_does_not_work"},
	{"a replay does nothing", "catchup.go", `	for _, r := range d.rooms {
		err := d.Ledger`, `	for _, r := range d.rooms[:0] {
		err := d.Ledger`, "live_rows"},
	{"nobody is reminded", "duties.go", `	if err := d.remind(tx, r, is); err != nil {`,
		`	if err := error(nil); err != nil {`, "what_SQL_changes"},
	{"whoever is given a record is not told", "duties.go", `if n.Of != is.Version {`, `if n.Of > 0 {`, "whoever_must_act"},
	{"the owner is not told of what is overdue", "duties.go", `		who = append(who, s.Owner)
`, ``, "whoever_must_act"},
	{"the role is not told of what is overdue", "duties.go",
		`who = append(who, slices.DeleteFunc(holders,`, `_ = append(who, slices.DeleteFunc(holders,`, "whoever_must_act"},
	{"another room's record is found", "find.go", `row.org != org || row.room != r.Number`, `row.org != org`,
		"another_room"},
	{"whoever began it does not see what is meant for them", "shown.go", `slices.Contains(who, process.SeesRaiser) &&
				s.By == a.Person`, `slices.Contains(who, process.SeesRaiser) &&
				s.By != a.Person`, "booking:who_does_not_work"},
	{"whoever began it does not see what is due to them", "shown.go",
		`slices.Contains(who, process.SeesRaiser) && s.By == a.Person {`,
		`slices.Contains(who, process.SeesRaiser) && s.By != a.Person {`, "booking:what_is_due_is_shown"},
	{"whoever began it does not hear of it", "notices.go", `add(s.By)`, `_ = s.By`, "booking:whoever_is_to_hear"},
	{"whoever has it does not hear of it", "notices.go", `add(s.Owner)`, `_ = s.Owner`, "booking:whoever_is_to_hear"},
	{"whom a step named does not hear of it", "notices.go", `add(s.People[name]...)`, `_ = s.People[name]`,
		"booking:whoever_is_to_hear"},
	{"a name never ends", "state.go", `delete(s.People, as)`, `_ = as`, "booking:every_way"},
	{"what is opened again stays ended", "state.go", `s.EndedAt = time.Time{}`, `_ = time.Time{}`, "booking:every_way"},
	{"somebody has mail of what is about them", "duties.go",
		`if slices.Contains(who[:i], p) || s.closedTo(p) {`,
		`if slices.Contains(who[:i], p) {`, "whoever_must_act"},
	{"whoever has it and holds its role is told twice", "duties.go",
		`if slices.Contains(who[:i], p) || s.closedTo(p) {`,
		`if i < 0 || s.closedTo(p) {`, "whoever_must_act"},
	{"an entry is corrected that is not there", "desk.go", `n >= 1 && n <= s.seenBy(by).Version`, `n >= 1`,
		"booking:a_person_who_is_named"},
	{"what somebody began is everybody's list", "tags.go", `return s.By.Bytes()`, `return s.Org.Bytes()`,
		"booking:lists_show"},
	{"a list has what lacks its facts", "tags.go",
		`!slices.ContainsFunc(l.Facts, func(f process.Fact) bool { return !s.Facts.Has(f) })`, `len(l.Facts) >= 0`,
		"booking:lists_show"},
	{"whoever may list one list may list all", "list.go", `d.mayUse(a, r, "list_"+l.ID)`,
		`d.mayUse(a, r, "list_"+r.Latest().Lists[2].ID)`, "booking:/every_route"},
	{"a room without documents has a page of them", "roomweb/roomweb.go",
		`if p.Room.AsksForDocuments() {`, `if p != nil {`,
		"booking:/documents_name"},
	{"a room without documents has an operation for them", "../api/documents.go", `if !r.AsksForDocuments() {`,
		`if r == nil {`, "booking:/documents_name"},
	{"a room without links says that it is linked", "prove.go", `if r.tied(rooms) {`, `if r != nil {`,
		"booking:/documents_name"},
	{"a list does not ask the policy", "list.go", `!ok || !d.mayView(a, r, why.act, res, may, of.plain) {`,
		`!ok || !d.mayView(a, r, why.act, res, may, of.plain) && false {`, "pages_are_full"},
	{"a damaged record is shown to everybody", "list.go", `!ok || !d.mayView(a, r, why.act, res, may, of.plain) {`,
		`!damaged && (!ok || !d.mayView(a, r, why.act, res, may, of.plain)) {`, "a_damaged_record_is_in_no_list"},
	{"a picture need not be of the head", "rows.go", `if r.version != r.head {`, `if false {`, "a_row_that_was_put_back"},
	{"nobody has read it", "open.go", `			v.Readers = append(`, `			_ = append(`, "who_has_read_it"},
	{"keys are kept for ever", "once.go", `where at < $1`, `where at < $1 and at > $1`, "a_key_is_forgotten"},
	{"a tag is the owner", "tags.go", `return Tag(mac.Sum(nil)[:16])`, `if len(whose) == 16 {
		return Tag(whose)
	}
	return Tag(mac.Sum(nil)[:16])`, "nothing_stands_in_the_clear"},
	{"a picture is not sealed", "rows.go", `return key.Seal(StateField, s.Version, record.Pad(plain, 0)), nil`,
		`return append(key.Seal(StateField, s.Version, record.Pad(plain, 0)), plain...), nil`, "nothing_stands_in_the_clear"},
	{"a picture is as long as its words", "rows.go", `return key.Seal(StateField, s.Version, record.Pad(plain, 0)), nil`,
		`return key.Seal(StateField, s.Version, append(plain, record.Pad(nil, 0)[:7]...)), nil`,
		"nothing_stands_in_the_clear"},
	{"a compartment is looked into from another", "find.go", `case f.state.Compartment != r.Compartment:`,
		`case f.state.Compartment == "":`, "another_compartment"},
	{"all rooms' entries are opened", "prove.go", `d.Ledger.Begun(ctx, r.Number, rest,`, `d.Ledger.Begun(ctx, 999, rest,`,
		"other_rooms"},
	{"a row under another's reference stays", "catchup.go", `if err != nil || len(all) == 0 {
		return nil, err`, `if err != nil || len(all) >= 0 {
		return nil, err`, "references_that"},
	{"a row that was taken away for another is not made anew", "catchup.go", `for _, x := range others {`,
		`for _, x := range others[:0] {`, "references_that"},
	{"one damaged record keeps lists from being made", "catchup.go",
		`if fail.Is(err, fail.Tampered) { // it must`, `if false && fail.Is(err, fail.Tampered) { // it must`,
		"a_damaged_record_is_neither"},
	{"a replay goes by the entries of another room", "catchup.go", `d.Ledger.Each(ctx, r.Number,`,
		`d.Ledger.Each(ctx, 999,`, "other_rooms"},
	{"a document that is not there leaves no entry", "open.go", `fail.Is(err, fail.Missing) {
			refusal`, `fail.Is(err, fail.Gone) {
			refusal`, "a_document_is_sealed"},
	{"nobody looks for harmful software", "documents.go", `if sent.Fault("") == "" {`, `if sent.File == nil {`,
		"a_document_is_sealed"},
	{"a document may be anything", "../document/document.go", `case f.Kind == "":`, `case f.Kind == "anything":`,
		"a_document_is_sealed"},
	{"a document's folder is kept", "../document/document.go", `i >= 0 {
		name = name[i+1:]`, `i >= 99 {
		name = name[i+1:]`, "a_document_is_sealed"},
	{"a document is as long as it is", "../document/keep/keep.go", `n *= 2`, `n++`, "a_document_is_sealed"},
	{"what is kept of documents is not checked", "prove.go", `return keep.Check(tx, is.key, documentsOf(is.taken), found)`, `_ = is.key
		return nil`, "a_document_is_sealed"},
	{"chunks of no record are not looked for", "prove.go", `		{keep.Table, ofAnEntry},
`, ``, "a_document_is_sealed"},
	{"a chunk opens anywhere", "../document/keep/keep.go", `plain, err := key.Open(Field+at, version, row.sealed)`, `_, err = key.Open(Field+at, version, row.sealed)
		plain := make([]byte, document.ChunkSize)
		err = nil`, "a_document_is_sealed"},
	{"a document is kept with no entry of its reading", "open.go", `ledger.Event{Kind: r.Name + what.Kind,`,
		`ledger.Event{Kind: r.Name + kindViewed,`, "a_document_is_sealed"},
	{"a field's own readers are passed over", "shown.go", `	if len(f.Sees) > 0 {`, `	if len(f.Sees) > 99 {`,
		"/who_reads_what"},
	{"the keepers' words stand on the page and in the operation", "shown.go", `case sees(who):`,
		`case sees(who) || true:`, "/who_reads_what"},
	{"a reader sees what is due on a draft", "shown.go", `if work || s.Owner == a.Person {`,
		`if work || len(s.Due) > 0 {`, "what_is_due_is_shown"},
	{"a list says what is due on a draft", "list.go", `	s.Due = d.dueTo(`, `	_ = d.dueTo(`, "what_is_due_is_shown"},
	{"a list shows what is not in it", "list.go", `err != nil || !ok || !d.mayView(a,`,
		`err != nil || !ok && false || !d.mayView(a,`, "a_row_of_another_list"},
	{"a date stays due after the end", "state.go", `bool { return d.Of == 0 } // rec`, `bool { return d.Of < 0 } // rec`,
		"a_duty_runs"},
	{"somebody is reminded of what has ended", "duties.go", `return d.Jobs.Cancel(tx, j.Name)`, `return nil`,
		"a_duty_runs"},
	{"a running duty is put off", "../process/due.go", `if !runs && t.Starts(x) &&`, `if runs && t.Starts(x) {
			stops = append(stops, t.ID)
		}
		if t.Starts(x) &&`, "a_duty_runs"},
	{"a running duty is started twice", "../process/due.go", `if !runs && t.Starts(x) &&`, `if t.Starts(x) &&`,
		"a_duty_runs"},
	{"what was kept is kept for ever", "decide.go", `(!answers[f.ID].Empty() || !s.Kept[name].Empty())`,
		`!answers[f.ID].Empty()`, "what_is_left_empty"},
	{"an emptied answer is not said to be", "shown.go", `answers[f.ID].Empty() && sees(`,
		`answers[f.ID].Empty() && false && sees(`, "what_is_left_empty"},
	{"an emptied answer is not said on the page", "roomweb/record.go", `range t.Emptied {`, `range t.Emptied[:0] {`,
		"/what_is_left_empty_is_said"},
	{"an emptied answer stays kept", "state.go", `			delete(s.Kept, name)
`, ``, "what_is_left_empty"},
	{"whoever is barred is given the record", "decide.go", `return ev, closedTo(ev.Effect.Owner, s, info)`,
		`return ev, nil`, "nobody_is_given"},
	{"whoever is given a record has no notice", "notices.go", `	if given && !x.Ends {`, `	if given && x.Ends {`,
		"a_notice_stands"},
	{"a notice is never read", "notices.go", `(n.To == by || n.To == x.For || slices`,
		`(n.To == x.For || slices`, "a_notice_stands"},
	{"a notice is shown for ever", "notices.go", `return why, !was, err`, `return why, was || true, err`,
		"a_notice_stands"},
	{"somebody else marks it as seen", "notices.go", `slices.Concat(p.Bytes(), rec.Bytes(),`,
		`slices.Concat(rec.Bytes(),`, "a_notice_stands"},
	{"marks of no record are not looked for", "prove.go", `		{"room_seen", ofAnEntry},
`, ``, "a_notice_stands"},
	{"as many notices are marked at once as anybody sends", "notices.go", `if len(ids) > MaxPage {`,
		`if len(ids) > 9999 {`, "a_notice_stands"},
	{"a notice comes before its time", "notices.go", `until: clock.Micros(tx.Now()),`, `until: never,`, "a_notice_stands"},
	{"the role hears of it at once", "work.go", `next.At.Add(lateAfter))`, `next.At)`, "a_notice_stands"},
	{"work is shown without an entry", "work.go", `return out, d.listed(ctx, a, "own-work", kindWork, work, all)`,
		`return out, nil`, "a_notice_stands"},
	{"what waits for a role waits for nobody", "work.go", `return x.Any || s.Owner.IsZero() }`,
		`return s.Owner.IsZero() }`, "what_waits"},
	{"what is somebody's own waits for their role", "work.go", `return x.Any || s.Owner.IsZero() }`, `return true }`,
		"what_waits"},
	{"a calendar is given out without an entry", "calendar.go", `return out, d.listed(`,
		`return out, func(...any) error { return nil }(`, "what_is_due_stands"},
	{"a day has another name when it moves", "calendar.go", `r.record.Bytes()...`, `r.Due.Day.String()...`,
		"what_is_due_stands"},
	{"a day that moves has the same number", "calendar.go", `r.Version, workday`, `1, workday`, "what_is_due_stands"},
	{"a calendar is read as often as anybody likes", "calendar.go", `if !d.calendars.OneMore(`,
		`if false && !d.calendars.OneMore(`, "what_is_due_stands"},
	{"several lists are read one after the other", "list.go", `	slices.SortFunc(all, func(x, y row) int {`,
		`	slices.SortFunc(all[:0], func(x, y row) int {`, "pages_of_work"},
	{"another version than that in force is confirmed", "confirm.go", `if !counts {`, `if !counts && false {`,
		"an_audience"},
	{"a minor version starts confirmations again", "audience.go", `now.Before = s.Edition.all()`, `now.Before = nil`,
		"an_audience"},
	{"a major version keeps confirmations", "audience.go", `if !s.Written.Afresh {`, `if s.Edition != nil {`,
		"an_audience"},
	{"what is not in force is asked for", "audience.go", ` || !slices.Contains(a.In, s.Stage) {`, ` {`, "an_audience"},
	{"who has not confirmed is named to everybody who counts", "confirmations.go", `case out.Named:`, `case true:`,
		"an_audience"},
	{"what is asked is listed without an entry", "confirm.go",
		`return out, more, d.listed(ctx, a, "own-reading", kindWork, listAsked, rows)`, `_ = rows
	return out, more, nil`, "an_audience"},
	{"a confirmation that is refused leaves no entry", "confirm.go",
		`return d.Ledger.Reading(tx, r.Number, f.key, f.author(a), ledger.Event{Kind: r.Name + kindUnconfirmed,
		Data: unconfirmed{}})`, `_ = ledger.Event{}
	return nil`, "an_audience"},
	{"a confirmation leaves no entry", "confirm.go", `return d.Ledger.Reading(tx, r.Number, f.key, f.author(a), ledger.Event{Kind: r.Name + kindConfirmed,
		Data: confirmed{text.Hash, text.Version}})`, `_ = ledger.Event{Data: confirmed{}}
	return nil`, "an_audience"},
	{"a confirmation names what is in force and not what was read", "confirm.go", `return d.confirm(tx, a, r, f, text)`,
		`return d.confirm(tx, a, r, f, asked.Edition.Text)`, "an_audience"},
	{"who confirmed the version before is not asked what they read now", "confirm.go",
		`return d.confirm(tx, a, r, f, text)`,
		`if asked.Confirmed {
			return nil
		}
		return d.confirm(tx, a, r, f, text)`, "an_audience"},
	{"a confirmation is answered with what is in force", "confirm.go", `Edition: &Edition{Text: text}`,
		`Edition: asked.Edition`, "an_audience"},
	{"what is damaged is confirmed as read", "confirm.go", `	if err := d.whole(ctx, a, r, ref, actView); err != nil {`,
		`	if err := error(nil); err != nil {`, "a_damaged_record"},
	{"what is damaged is not said to be so where it is to be read", "confirm.go", `	if x.Edition == nil {
		return x.Label`, `	if x.Edition == nil {
		return ""`, "a_damaged_record"},
	{"a damaged record breaks the list of what is to be read", "../api/reading.go", `x.Title, untilOf(x.ToRead),`,
		`x.Title, readOf(x.ToRead).Until,`, "/what_is_damaged"},
	{"everybody who counts has exact figures", "confirmations.go", `	if out.Named {
		out.Of`, `	if true {
		out.Of`, "a_role_or"},
	{"figures of few are told", "confirmations.go", `disclose.Percent(done, of); err == nil {`,
		`string(rune('0'+done)), error(nil); err == nil {`, "a_role_or"},
	{"a damaged account hides the others", "../directory/people.go", `			damaged++
`, `			return nil, 0, err
`, "an_audience"},
	{"a damaged account is counted as nobody", "confirmations.go", `	out.Unknown = unknown
`, `	_ = unknown
`, "an_audience"},
	{"a role is everybody", "audience.go", `(x.Role == "" || g.Role == x.Role)`, `(x.Role == "" || g.Role != "")`,
		"a_role_or"},
	{"a confirmation may be turned to another", "confirm.go", `if !want[tag] {`, `if len(tag) == 0 {`,
		"a_confirmation_is"},
	{"an erased record leaves who read it", "erase.go", "`delete from room_confirmed_v1 where record = $1`,", "",
		"erased_leaves"},
	{"an erased record leaves its links", "erase.go", "`delete from room_link_v1 where record = $1`", "",
		"erased_leaves"},
	{"an erased record leaves its places", "erase.go", "`delete from room_list_v1 where record = $1`, ", "",
		"erased_leaves"},
	{"an erased record leaves what was sent", "erase.go", "`delete from room_retry where record = $1`, ", "",
		"erased_leaves"},
	{"an erased record leaves marks", "erase.go", ", `delete from room_seen where record = $1`", "", "erased_leaves"},
	{"an erased record leaves its documents", "erase.go", `keep.Wipe(tx, rec)`, `keep.Wipe(tx, id.Record{})`,
		"erased_leaves"},
	{"an erased record leaves its duty", "erase.go", `d.Jobs.Cancel(tx, dueName(rec))`, `error(nil)`, "erased_leaves"},
	{"an erased record leaves its words", "../ledger/blank.go", "`update entry set sealed = null where `",
		"`update entry set sealed = sealed where `", "erased_leaves"},
	{"an erasure says another form", "../ledger/blank.go", `Version: r.version, At: r.at, Generation`,
		`Version: r.version, Generation`, "erased_leaves"},
	{"a damaged reading is erased", "erase.go", `d.Ledger.Stands(tx, is.key)`,
		`func() (string, error) { return "", nil }()`, "erased_leaves"},
	{"an erased record leaves its key", "../vault/erase.go", `	if err := takeKey(tx, org, rec); err != nil {
		return Erasure{}, err
	}
	if err`, `	if err`, "erased_leaves"},
	{"no entry says what was erased", "erase.go",
		`d.Directory.NoteErased(tx, org, at.Record, generation, stands, reason, words...)`,
		`func(string) error { return nil }(stands)`, "erased_leaves"},
	{"one person erases", "erase.go", `return other != p }`, `return true || other != p }`, "erased_leaves"},
	{"anybody erases", "erase.go", `access.Context{Reason: reason}).Effect == access.Allow`,
		`access.Context{Reason: reason}).Rule != "nobody"`, "erased_leaves"},
	{"what is open is erased", "erase.go", `case !s.Ended():`, `case s.Version == 0:`, "erased_leaves"},
	{"a link with an erased record is shown", "links.go", `label == "" || f.refusal(other, tx.Now()) != nil {`,
		`label == "" || f.key != nil && f.refusal(other, tx.Now()) != nil {`, "erased_leaves"},
	{"a first word never lapses", "lapse.go", `if !ok || tx.Now().Before(due.At) {`,
		`if !ok || tx.Now().Before(due.At) || true {`, "the_word_of_two"},
	{"a first word lapses at once", "lapse.go", `if !ok || tx.Now().Before(due.At) {`, `if !ok {`, "the_word_of_two"},
	{"whoever asked does not hear that it came back", "../process/two.go", `s.Forget, s.Hears = append(s.Forget, t.first()), append(s.Hears, t.asked())
	default`, `s.Forget = append(s.Forget, t.first())
	default`, "the_word_of_two"},
	{"a first word stands when what it was about has changed", "../process/two.go",
		`change := func(m *Move) { m.Clears = append(m.Clears, t.Fact) }`, `change := func(*Move) {}`, "the_word_of_two"},
	{"whoever said yes does not hear that it is void", "../process/two.go",
		`append(s.Forget, t.first()), append(s.Hears, t.first())`,
		`append(s.Forget, t.first()), s.Hears`, "the_word_of_two"},
	{"what came back is asked for again as it was", "../process/two.go", `				m.Clears = append(m.Clears, t.Text)
`, ``, "the_word_of_two"},
	{"what was refused is in force by another step", "audience.go", `x.InForce = x.InForce && info.ID == t.Second`,
		`_ = t`, "the_word_of_two"},
	{"what was refused is read by everybody", "shown.go", `two && !agreed[step] {`, `two && len(agreed) > 99 {`,
		"the_word_of_two"},
	{"a second word counts until the duty is looked at", "decide.go", `if ok && !d.Now.Before(due.At) &&`,
		`if ok && due.At.IsZero() &&`, "the_word_of_two"},
	{"a word names no version", "desk.go", `if decider.Process.IsWord(t.Step) && (t.Version == 0 ||`,
		`if decider.Process.IsWord(t.Step) && (t.Version < 0 ||`, "the_word_of_two"},
	{"a word names any version", "desk.go", `if t.Version != 0 && t.Version != f.state.seenBy(a.Person).Version &&`,
		`if t.Version != 0 && t.Version > f.state.seenBy(a.Person).Version &&`, "the_word_of_two"},
	{"a first word lapses on a damaged record", "lapse.go", `_, err := d.history(tx, &found{state: *s, key: w.key});`,
		`err := error(nil);`, "the_word_of_two"},
	{"the page of a word does not show what it is about", "roomweb/step.go", `from = i`, `from = i + 1`, "/a_word_of_two"},
	{"a reason opens nothing", "reason.go", `if reason == "" {`, `if reason != "anything" {`, "a_room's_own_Go"},
	{"nobody is asked for a reason", "reason.go", `d.openings.Spent(`, `false && d.openings.Spent(`, "a_room's_own_Go"},
	{"a reason is not written down", "open.go", `viewed{f.reason, f.forWhom(a), what`, `viewed{"", f.forWhom(a), what`,
		"a_room's_own_Go"},
	{"a new record is nobody's", "desk.go", `ev.Effect.Owner = &owner`, `_ = owner`, "a_room's_own_Go"},
	{"what has to be looked up is not", "desk.go", `if r.Finds != nil {`, `if false {`, "a_room's_own_Go"},
	{"who is told is not", "duties.go", `return r.After(tx, by, ev, is)`, `return nil`, "a_room's_own_Go"},
	{"who else could decide is not asked", "find.go", `err = r.Others(tx, a, &res, s.Bars)`, `_ = s.Bars`,
		"a_room's_own_Go"},
	{"of several actions only the first is asked", "find.go", `if f.decision.Effect != access.Deny {`, `if f.act != "" {`,
		"a_room's_own_Go"},
	{"what is closed is opened again", "rounds.go", `x.Cycle == cycle && x.Open() })`, `x.Cycle == cycle })`,
		"what_comes_round_is_made"},
	{"one time round is made while another is open", "rounds.go", `c.Opened(taken) && (!open || t.Closes != ""):`,
		`c.Opened(taken) || taken.Step == c.Sooner:`, "what_comes_round"},
	{"nothing says how it was closed", "rounds.go", `x.Closed, x.As, x.By = e.At, t.Closes, e.Version`,
		`x.Closed, x.By = e.At, e.Version`,
		"what_comes_round_is_made"},
	{"what comes round is put off", "rounds.go", `case step == c.Sooner && !day.Before(s.Rounds[i].Day):`,
		`case step == c.Sooner && i < 0:`,
		"what_comes_round_is_in"},
	{"what comes round may be as late as anybody likes", "rounds.go", `case c.Opened(taken) && latest.Before(day):`,
		`case c.Opened(taken) && latest == day && false:`, "what_comes_round_is_in"},
	{"anybody may be named", "desk.go", `return len(f.Of) == 0 || slices`, `return len(f.Of) > 0 || slices`,
		"a_person_who_is_named"},
	{"a title is lost", "state.go", `		s.Title = x.Title
`, `		s.Title = ""
`, "a_title_stands"},
	{"what nothing covers is left out", "coverage.go", `range items.Offered() {`,
		`range items.Offered()[1:] {`, "what_is_covered"},
	{"the first page alone covers", "coverage.go", `if q.After = page.Next; q.After == "" {`,
		`if q.After = page.Next; true {`,
		"what_is_covered"},
	{"whatever has been entered covers", "coverage.go", `if slices.Contains(x.State.Said(def, c.Field).List, out[i].ID) {`,
		`if slices.Contains(x.State.Said(def, c.Field).List, out[0].ID) {`, "what_is_covered"},
	{"a link is shown to who may not open the other", "links.go", `label == "" || f.refusal(other, tx.Now()) != nil {`,
		`label == "" || f.key == nil {`,
		"records_that"},
	{"a link is made twice", "links.go", `if err != nil || n == 0 && !ends {`, `if err != nil || n < 0 {`, "records_that"},
	{"a link whose row was taken away does not end", "links.go", `if err != nil || n == 0 && !ends {`,
		`if err != nil || n == 0 {`, "records_that"},
	{"a confirmation that was turned stays so", "confirm.go", `on conflict (tag) do update set record = excluded.record`,
		`on conflict do nothing`, "a_confirmation"},
	{"a link ends on one side", "links.go", `tie{l.ID, r.Name, true, ref}, t.Ends, l.Back`,
		`tie{l.ID, r.Name, true, ref}, false, l.Back`, "records_that"},
	{"a link that nobody made is not noticed", "links.go", `want[string(x.tag)] != t {`, `false {`, "records_that"},
	{"a cover begins before its day", "../directory/cover.go", `!c.ended && !at.Before(c.From.Start()) &&`, `!c.ended &&`,
		"who_is_away"},
	{"a cover never ends", "../directory/cover.go", ` && !at.After(c.Until.End())`, ``, "who_is_away"},
	{"a cover that was ended goes on", "../directory/cover.go", `return !c.ended && !at`, `return !at`, "who_is_away"},
	{"everybody covers", "../directory/cover.go", `return c.By == a.Person }`, `return true }`, "who_is_away"},
	{"somebody of another role covers", "../directory/cover.go", ` || len(Shared(away, by)) == 0 {`, ` {`, "who_is_away"},
	{"two cover for one person", "../directory/cover.go", `if x.Person == c.Person &&`, `if x.Of < 0 &&`, "who_is_away"},
	{"who covers does not have the place", "cover.go", `		res.Owner = a.Person
`, ``, "who_is_away"},
	{"who is barred has the place", "cover.go", `		res.Owner = a.Person
`, `		res.Owner, res.Conflicts = a.Person, nil
`, "who_is_away"},
	{"it is not said for whom", "cover.go", `		p = f.state.Owner
`, ``, "who_is_away"},
	{"somebody takes a place by their own word", "cover.go", `if c.By == a.Person &&`, `if c.By.IsZero() &&`,
		"who_is_away"},
	{"who covers has no notices", "notices.go", `why, ok = others.noticed(`, `_, _ = others.noticed(`, "who_is_away"},
	{"who covers has no mail", "cover.go", `			return d.Notify(tx, a.Person, s.Org, template)
`, `			return nil
`, "who_is_away"},
	{"what was dealt with waits for who was away", "notices.go", ` || n.To == x.For ||`, ` ||`, "who_is_away"},
	{"one that is refused holds up the rest", "handover.go", `wordsOf(err), ". ")
`, `wordsOf(err), ". ")
			return out, err
`, "what_somebody_has"},
	{"what is refused is said to be handed over", "handover.go", `done.Refused = strings`, `_ = strings`,
		"what_somebody_has"},
	{"what somebody has is shown without an entry", "handover.go",
		`return out, d.listed(ctx, a, handOver, kindWork, handOver, out.Rows)`, `return out, nil`, "what_somebody_has"},
	{"what another has by now is handed over", "desk.go", `!t.Had.IsZero() && t.Had !=`, `t.Had.IsZero() && t.Had !=`,
		"what_somebody_has"},
	{"what somebody had who left waits for nobody", "work.go", `append(others.away(), others.gone...)`, `others.away()`,
		"what_somebody_has"},
	{"what is no longer in force is taken", "../field/check.go", `range On(fields, w.Today) {`, `range fields {`,
		"what_ended"},
	{"the words of an old answer are lost", "../field/field.go", `	if o, ok := f.Option(id); ok {
		return o.said()`, `	if o, ok := f.Option(id); ok && o.Now == "" {
		return o.said()`, "what_ended"},
	{"an old answer does not say that it ended", "../field/field.go", `	case o.To == workday.Day{}:
`, `	case o.To != workday.Day{}:
`, "what_ended"},
	{"who relies on what ended is not told", "relies.go", `ok && o.To != (workday.Day{}) &&`,
		`ok && o.To == (workday.Day{}) &&`, "what_ended"},
	{"who relies on what ended is told for ever", "state.go", `	s.Told = slices.Concat(s.Told, x.Told)
`, ``, "what_ended"},
	{"who opens a record again does not hear what ended", "duties.go", `	if err := d.remind(tx, r, is); err != nil {`,
		`	if ev.Effect.Opens {
	} else if err := d.remind(tx, r, is); err != nil {`, "what_ended"},
	{"a record that has ended is told", "relies.go", `if err != nil || s.Ended() {`, `if err != nil {`, "what_ended"},
	{"an item has ended on its last day", "relies.go", `o.To.Add(1).Start().UTC()`, `o.To.Start().UTC()`, "what_ended"},
	{"a newer set is not looked at", "room.go", `*setsPerDefinition + r.setVersions()`, `*setsPerDefinition`,
		"what_ended"},
	{"nobody looks on the day on which an item ends", "relies.go", `		soonest(x.ends)
`, `		_ = x
`, "what_ended"},
	{"an older program puts off what it does not know", "duties.go", `row.made > r.makes() && soon.Before(at)`,
		`row.made > r.makes() && at.Before(soon)`, "what_ended"},
	{"an id means another thing", "../process/set.go", `return y.ID == x.ID })`, `return y.ID == "" })`, "what_ended"},
	{"what rests on what ended still holds", "../process/relies.go", `Moves: []Move{{From: from, Clears: r.Clears}}`,
		`Moves: []Move{{From: from}}`, "concern:what_ended"},
	{"a step that is to meet it does not", "../process/relies.go", `for _, s := range until {`,
		`for _, s := range until[:1] {`, "what_ended"},
	{"an event is counted twice", "count.go", `w.all = append(w.all, &h)`, `w.all = append(w.all, &h, &h)`,
		"recount_equals"},
	{"a record of another compartment is counted", "count.go", `began.Compartment != compartment:`,
		`began.Compartment == "" && compartment != "":`, "recount_equals"},
	{"a record of another organisation is counted", "../ledger/each.go", `version = 1 and org = $4 and n > $2`,
		`version = 1 and (org = $4 or 1 = 1) and n > $2`, "recount_equals"},
	{"what is recorded late moves what is closed", "count.go", ` || h.written.After(a.until) ||`, ` ||`, "recount_equals"},
	{"what is recorded late is never counted", "figures.go", `if e.Late == 0 || !before.AsOf.Equal(a.after) {`,
		`if closed {`, "recount_equals"},
	{"a duty that is over when it starts is never counted", "count.go",
		`if !h.written.After(a.after) ||`, `if !a.after.IsZero() && h.figure.On == "" || !h.written.After(a.after) ||`,
		"recount_equals"},
	{"what is late is added as of any closing", "figures.go", `if countedAt(p).After(last) {`, `if true {`,
		"recount_equals"},
	{"what an older program counted is not counted again", "figures.go", `		case e.Form < form:
			a.until = e.AsOf
`, ``, "recount_equals"},
	{"what is late is added to what another program counted", "figures.go", `case e.Form == form && e.AsOf.Before(last):`,
		`case e.AsOf.Before(last):`, "recount_equals"},
	{"counted again after an erasure it tells what went", "figures.go", ` && e.Erased == a.erased`, ``,
		"recount_equals"},
	{"what another program counted is an alarm", "recount.go", `case e.Form > form:`, `case e.Form > 99:`,
		"recount_equals"},
	{"a record of another compartment is one of those counted", "count.go", `if ours && past.Begun`,
		`if (ours || a.by != nil) && past.Begun`,
		"recount_equals"},
	{"an erasure does not wait for what is written beside", "erase.go", `where record = $1` + "`" + `+tx.ForShare(), rec)`,
		`where record = $1` + "`" + `, rec)`, "postgres/an_erasure_waits"},
	{"a link does not wait for an erasure", "links.go", `if err := stays(tx, on.state.Record); err`,
		`if err := error(nil); err`, "postgres/an_erasure_waits"},
	{"a confirmation does not wait for an erasure", "confirm.go", `if err := stays(tx, f.state.Record); err`,
		`if err := error(nil); err`, "postgres/an_erasure_waits"},
	{"a mark does not wait for an erasure", "notices.go", `if err := stays(tx, n.Row.record); errors`,
		`if err := error(nil); errors`, "postgres/an_erasure_waits"},
	{"what was closed too soon stays", "figures.go", `else if e.AsOf.After(never) && `, `else if false && `,
		"what_was_closed_too_soon"},
	{"two clocks close and withdraw for ever", "figures.go", `withdrawn[e.Period] < mostWithdrawn`,
		`withdrawn[e.Period] >= 0`, "what_was_closed_too_soon"},
	{"what is written after a clock is set back is lost", "count.go", `if e.At.After(w.at) {`, `if true {`,
		"what_was_closed_too_soon"},
	{"what was not recorded is left out", "../process/figure.go",
		`return append(out, Column{NotRecorded, "Not recorded"})`, `return out`, "recount_equals"},
	{"figures are counted by people", "../process/figure.go", `case q.Kind != field.Choice && q.Kind != field.YesNo:`,
		`case q.Kind == "":`, "recount_equals"},
	{"an erasure makes what was closed false", "recount.go", `n < c.N && x.Since == 0`, `n < c.N`, "recount_equals"},
	{"a record that was taken away is not missed", "recount.go",
		`more := hidden || gone < 0 || gone > x.Since`, `more := gone < 0`, "recount_equals"},
	{"who hides a record beside an erased one is not seen", "recount.go", `more := hidden || gone`, `more := gone`,
		"recount_equals"},
	{"a clock that is ahead closes what is not over", "figures.go", `if last.Before(come) {`, `if false {`,
		"recount_equals"},
	{"a step changes nothing", "decide.go", `if after.State != before.State {`, `if false {`,
		"every_way_through_it_can_be_gone"},
	{"following is lost when a record moves on", "follow.go", `Look{Act: actFollow, Kind: readOwn})
	if err != nil {
		return Following{}, err
	}
`, `Look{Act: actFollow, Kind: readOwn})
	if err == nil && v.Version > 1 {
		err = fail.New(fail.Hidden, "Page not found")
	}
	if err != nil {
		return Following{}, err
	}
`, "concern:whoever_began_it"},
	{"following is lost when a record ends", "follow.go", `	case s.Ended():
		return Finished
`, `	case s.Ended():
		return Received
`, "concern:whoever_began_it"},
	{"what is passed on is not said to be", "follow.go", `	case passed:`, `	case passed && s.Ended():`,
		"concern:whoever_began_it"},
	{"what whoever began it adds is a look at it", "follow.go", `	case s.Looked:`, `	case s.Version > 1:`,
		"concern:whoever_began_it"},
	{"who does not follow it is shown it", "follow.go", `Look{Act: actFollow, Kind: readOwn})
	if err != nil {
		return Following{}, err
	}
`, `Look{Act: actFollow, Kind: readOwn})
	if fail.Is(err, fail.Hidden) {
		v, err = d.Read(ctx, a, r, ref, Look{Act: actView, Kind: readOwn})
	}
	if err != nil {
		return Following{}, err
	}
`, "concern:whoever_began_it"},
	{"who does not follow it has its receipt", "follow.go", `Look{Act: actFollow, Kind: readOwn})
	if err != nil {
		return nil, err
	}
`, `Look{Act: actFollow, Kind: readOwn})
	if fail.Is(err, fail.Hidden) {
		v, err = d.Read(ctx, a, r, ref, Look{Act: actView, Kind: readOwn})
	}
	if err != nil {
		return nil, err
	}
`, "concern:whoever_began_it"},
	{"whoever works on what they began follows every step", "follow.go", `case outcome.Tells != "":`,
		`case outcome.Tells != "" || info.ID != v.Room.First().ID && !t.Effect.Adds:`, "concern:whoever_began_it"},
	{"whoever works on what they began follows every answer", "follow.go",
		`slices.Contains(f.Sees, process.SeesRaiser) && !a[f.ID].Empty()`, `!a[f.ID].Empty()`, "concern:whoever_began_it"},
	{"what was written for them is not shown", "follow.go", `			return a.Get(f.ID)
`, `			return ""
`, "concern:whoever_began_it"},
	{"what whoever began it added is not shown", "follow.go", `	case t.Effect.Adds:`,
		`	case t.Effect.Adds && t.Version < 0:`, "concern:whoever_began_it"},
	{"every step meets what was promised", "follow.go", `Ends(process.Taken{Step: step, Outcome: m.Outcome}) {`,
		`Ends(process.Taken{Step: step, Outcome: m.Outcome}) || m.At.After(s.At) {`, "concern:whoever_began_it"},
	{"that no word came in time is not said", "follow.go", `Overdue: told.IsZero() &&`, `Overdue: !told.IsZero() &&`,
		"concern:whoever_began_it"},
	{"a list says more than what is followed", "list.go", `	if follows {`, `	if follows && s.Version == 1 {`,
		"concern:whoever_began_it"},
	{"to follow it is written as to open it", "follow.go", `Look{Act: actFollow, Kind: readOwn})
	if err != nil {
		return Following{}, err
	}
`, `Look{Act: actFollow, Kind: kindViewed})
	if err != nil {
		return Following{}, err
	}
`, "concern:whoever_began_it"},
	{"whoever works on what they began is shown it as a follower", "follow.go", `|| !fail.Is(err, fail.Hidden) {`,
		`|| err != nil && !fail.Is(err, fail.Hidden) {`, "concern:whoever_began_it"},
	{"what somebody else adds is shown as theirs", "../concern/decide.go", `ev.Effect.Adds = own`,
		`ev.Effect.Adds = own || ev.Step == process.AddNote`, "concern:whoever_began_it"},
	{"what a lead adds to what they began is not theirs", "../concern/decide.go", `ev.Effect.Adds = own`,
		`ev.Effect.Adds = own && f.Actor.Role != access.Lead`, "concern:whoever_began_it"},
	{"somebody is kept from it by the word of one", "bars.go", `if b.Why == why && b.State == TwoStand &&`,
		`if b.Why == why && b.State != TwoRefused && b.State != TwoLifted &&`, "plan:who_is_kept_from_it"},
	{"whoever asked gives the second word", "keptfrom.go", `		case asked == by:
`,
		`		case asked == by && false:
`, "plan:who_is_kept_from_it"},
	{"nobody outside is asked for the second word", "keptfrom.go",
		`ev.Step == process.LiftBar) && !bars {`, `ev.Step == process.LiftBar) && !bars && false {`,
		"plan:who_is_kept_from_it"},
	{"whoever is kept from it still has it", "keptfrom.go", `	ev.Effect.Owner = &owner
`,
		`	_ = owner
`, "plan:who_is_kept_from_it"},
	{"what was answered still waits", "notices.go", `n.What == NoticeWord && !waits {`,
		`n.What == NoticeWord && !waits && false {`, "plan:who_is_kept_from_it"},
	{"whoever is meant sees that it was asked", "bars.go", `return ok && b.Who == p && b.By != p`,
		`return ok && b.Who == p && b.By == p`, "plan:who_is_kept_from_it"},
	{"outside it is told that there is a record", "keptfrom.go",
		`|| !slices.Contains(outsiders, a.Role) || s.Bars.WaitFor(a.Person)`,
		`|| !slices.Contains(outsiders, a.Role) || s.Open()`, "plan:who_is_kept_from_it"},
	{"whoever is meant is offered the second word", "bars.go", `return waits && asked != p && b.Who != p })`,
		`return waits && asked != p })`, "plan:who_is_kept_from_it"},
	{"whoever is meant sees who looked at it", "open.go", `if v.secret && e.Kind == r.Name+ReadBars ||`,
		`if v.secret && e.Kind == "" ||`, "plan:who_is_kept_from_it"},
	{"they are let in by the word of one", "bars.go", `			out[i].Lift, out[i].LiftBy = t.Version, t.By
`,
		`			out[i].Lift, out[i].LiftBy, out[i].State = t.Version, t.By, TwoLifted
`, "plan:who_is_kept_from_it"},
	{"an entry that somebody must not know of is one to them", "desk.go",
		`&& !s.Bars.Hides(by, n)`, `|| n <= s.Version`,
		"plan:who_is_kept_from_it"},
	{"a recipient of a request does not hear of what was put right", "disclosed.go", `return !bar && !telling && entry <=`,
		`return len(s.Disclosed) > 99 && !bar && !telling && entry <=`, "request:whoever_was_sent"},
	{"the end of a request ends what is owed to recipients", "state.go", `bool { return d.Of == 0 } // rec`,
		`bool { return d.Of >= 0 } // rec`, "request:whoever_was_sent"},
	{"a request is erased before its recipients are told", "erase.go", `	return s.eraseUntold(def)
`,
		`	_ = s.eraseUntold(def)
	return nil
`, "request:whoever_was_sent"},
	{"a recipient of a concern does not hear of what was put right", "disclosed.go", `return !bar && !telling && entry <=`,
		`return len(s.Disclosed) > 99 && !bar && !telling && entry <=`, "concern:whoever_was_sent"},
	{"the end of a concern ends what is owed to recipients", "state.go", `bool { return d.Of == 0 } // rec`,
		`bool { return d.Of >= 0 } // rec`, "concern:whoever_was_sent"},
	{"a concern is erased before its recipients are told", "erase.go", `	return s.eraseUntold(def)
`,
		`	_ = s.eraseUntold(def)
	return nil
`, "concern:whoever_was_sent"},
	{"a recipient hears of what was written later", "disclosed.go", `entry <= max(x.Of, x.Told)`,
		`entry <= max(x.Of, x.Told)+99`, "request:whoever_was_sent"},
	{"it is put right to recipients what they were told", "disclosed.go", `return !bar && !telling &&`,
		`return !bar && (!telling || true) &&`, "request:whoever_was_sent"},
	{"the word of one recipient is that of all", "../process/due.go", `	if x.Of == 0 {
`,
		`	if x.Of >= 0 {
`, "request:whoever_was_sent"},
	{"nobody keeps to whom it went", "decide.go", `x.Sent = sent(info, out, answers)`,
		`_ = sent(info, out, answers)`, "concern:whoever_was_sent"},
	{"what is erased was not among what was sent", "disclosed.go", `if out == process.NotAmongIt &&`,
		`if out == process.NotAmongIt && i > 99 &&`, "concern:whoever_was_sent"},
	{"a recipient is told who was sent nothing", "disclosed.go", `if i < 0 || !s.Untold(s.Disclosed[i]) {`,
		`if i > 99 {`, "concern:whoever_was_sent"},
	{"what was sent last stands anywhere", "tags.go", `	case l.Sent:
`,
		`	case l.Sent && l.Today:
`, "request:whoever_was_sent"},
	{"a letter says nothing of what is right", "disclosed.go", `p.Right = append(p.Right,`,
		`_ = append(p.Right,`, "request:whoever_was_sent"},
	{"an emergency is no sending", "../process/disclosed.go", `o.Leaves == Identifiable || o.Leaves == Emergency`,
		`o.Leaves == Identifiable`, "concern:whoever_was_sent"},
	{"what went astray has no recipient", "disclosed.go", `!o.Discloses() && !x.Lost ||`,
		`!o.Discloses() ||`, "request:whoever_was_sent"},
	{"somebody here is a recipient", "disclosed.go", `slices.Contains(x.Inside, answers.Get(x.To[0])) {`,
		`len(x.Inside) > 99 {`, "concern:whoever_was_sent"},
	{"it is erased while a correction is owed", "disclosed.go", `	if slices.ContainsFunc(s.Disclosed, s.Untold) {
`,
		`	if len(s.Disclosed) > 99 {
`, "request:whoever_was_sent"},
	{"it is said twice that it is to be erased", "disclosed.go", `case step == process.ErasureAhead && !s.unheard():`,
		`case step == process.ErasureAhead && s.ahead() > 9999:`, "concern:whoever_was_sent"},
	{"who could not be told counts as told", "disclosed.go", `if ev.Outcome != process.CannotBeTold {`,
		`if ev.Outcome != "" {`, "request:whoever_was_sent"},
	{"somebody was told before anything was sent", "disclosed.go", `err == nil && day.Before(from) {`,
		`err == nil && day.Before(from) && i > 99 {`, "concern:whoever_was_sent"},
	{"whoever raised it is shown another", "person.go", `(a.Person != s.By || r.First().Owner == "actor")`,
		`a.Org == s.Org`, "concern:an_earlier_record"},
	{"whoever writes down what another asked is told of none", "person.go",
		`(a.Person != s.By || r.First().Owner == "actor")`, `a.Person != s.By`, "request:an_earlier_record"},
	{"others are shown without an entry", "open.go", `what.document, out.Others.References()}`, `what.document, nil}`,
		"request:an_earlier_record"},
	{"another is shown to whom it is closed", "person.go", `return Another{r, s.Reference}, opens && s.Org`,
		`return Another{r, s.Reference}, (opens || s.Org == than.Org) && s.Org`, "concern:an_earlier_record"},
	{"a later record is shown with an earlier one", "../match/index.go", `if inTime(r, than) < 0 {`,
		`if r != than {`, "request:an_earlier_record"},
	{"a closed record does not count", "person.go", `r.Reason != nil && (d.allowsFor`, `r.Name == "never" && (d.allowsFor`,
		"concern:an_earlier_record"},
	{"it is shown with a record that has ended", "person.go", `s.Tokens != nil && !s.Ended() &&`, `s.Tokens != nil &&`,
		"request:an_earlier_record"},
	{"what is put right is not heeded", "state.go", `	s.person(x.Person)
`, `	if s.Tokens == nil {
		s.person(x.Person)
	}
`, "concern:an_earlier_record"},
	{"what another program wrote last is not known", "../ledger/moved.go", `return append(moved, waits...), now, nil`,
		`return append(moved, waits[:0]...), now, nil`, "request:an_earlier_record"},
	{"what has its place in the log is not known", "../ledger/moved.go", `return append(moved, waits...), now, nil`,
		`return append(moved[:0], waits...), now, nil`, "concern:an_earlier_record"},
	{"what is not known yet is none", "person.go", `		return Others{Unknown: true}, nil
`, `		return Others{}, nil
`, "request:an_earlier_record"},
	{"a program keeps whom an erased record was about", "erase.go", `d.persons.index.Remove(at.Record)`, `_ = at.Record`,
		"concern:an_earlier_record"},
	{"another program keeps whom an erased record was about", "person.go", `			d.persons.erased.Store(true)
`, `			d.persons.erased.Store(false)
`, "request:an_earlier_record"},
	{"a picture with another's tokens is taken", "prove.go", `case x.made >= r.makes() && !same(s, *is):`,
		`case x.made >= r.makes() && s.Version != is.Version:`, "request:an_earlier_record"},
	{"a request is erased while it is held", "erase.go", `[]error{s.Held(), s.Unheard()}`, `[]error{s.Unheard()}`,
		"request:what_is_held"},
	{"a concern is erased while a hold waits for its second word", "holds.go",
		`return h.State == TwoAsked || h.State == TwoStand }`, `return h.State == TwoStand }`, "concern:what_is_held"},
	{"one person alone holds a request", "holds.go", `step == process.ConfirmHold && waits && asked != p {`,
		`step == process.ConfirmHold && waits && (asked != p || asked == p) {`, "request:what_is_held"},
	{"a hold ends with the word of one", "holds.go", `		s.Holds[i].Lift, s.Holds[i].LiftBy = t.Version, t.By
`, `		s.Holds[i].Lift, s.Holds[i].LiftBy, s.Holds[i].State = t.Version, t.By, TwoLifted
`, "concern:what_is_held"},
	{"nobody is asked for the second word on a hold", "holds.go", `		runs(process.HoldWord, s.Version+1, workday.Day{})
`, `		_ = of
`, "request:what_is_held"},
	{"a hold is looked at no more", "holds.go", `runs(process.LookAtHold, of, s.Holds[i].Look)`, `_ = lifting`,
		"concern:what_is_held"},
	{"who is asked for the second word does not see what for", "challenged.go",
		`if x.Deadline == process.HoldWord && s.wordsAsked(x, p) {`, `if x.Deadline == "" && s.wordsAsked(x, p) {`,
		"concern:what_is_held"},
	{"a request is kept for ever", "relies.go", `	if to, waits := s.keptTo(); waits {
`, `	if to, waits := s.keptTo(); waits && r.Name == "" {
`, "request:what_is_held"},
	{"it was kept long enough before it was", "holds.go", `if !waits || tx.Now().Before(at) || !w.was.Ended() {`,
		`if !waits || tx.Now().Before(at.AddDate(-99, 0, 0)) || !w.was.Ended() {`, "concern:what_is_held"},
	{"it is said each day that it was kept long enough", "holds.go", `		s.Keep.Over = true
`, `		_ = s.Keep.Over
`, "request:what_is_held"},
	{"nobody looks at what was kept long enough", "duties.go", `	if kept, err := d.keptLong(tx, r, w); err != nil || kept {
`, `	if kept, err := d.keptLong(tx, r, writing{}); err != nil || kept {
`, "concern:what_is_held"},
	{"a child's request is kept as an adult's", "person.go", `s.Tokens, s.Born = &t, p.Born`, `s.Tokens = &t`,
		"request:what_is_held"},
	{"what was opened again is still kept to a day", "holds.go", `		keep = &Keeping{}
`, `		keep = nil
`, "concern:who_disagrees"},
	{"until when it is kept stands in no list", "list.go", `page.Rows[i].Due = row.State.keptDue()`,
		`_ = row.State.keptDue()`, "request:what_is_held"},
	{"nobody takes further what nobody answered", "lapse.go", `!tx.Now().Before(due.At) {
			of :=`, `tx.Now().Before(w.was.At) {
			of :=`, "request:who_disagrees"},
	{"it goes further before its time", "lapse.go", `process.AnswerChallenge && !tx.Now().Before(due.At) {`,
		`process.AnswerChallenge && !tx.Now().Before(due.Since) {`, "concern:who_disagrees"},
	{"what goes further stays with the level", "challenged.go", `	case process.ChallengeFurther, process.ChallengeUnanswered:
		ends(`, `	case process.ChallengeFurther:
		ends(`, "concern:who_disagrees"},
	{"whoever disagrees is not told that nobody answered", "challenged.go",
		`if step != process.ChallengeAnswered && step != process.ChallengeUnanswered || i < 0 {`,
		`if step != process.ChallengeAnswered || i < 0 {`, "request:who_disagrees"},
	{"what ended with the record is due no more", "decide.go", `start = append(start, d.again(s, starts)...)`,
		`_ = d.again(s, starts)`, "concern:who_disagrees"},
	{"whoever raised it reads that it has ended", "../process/challenged.go", `		if d.EndsBy(s) && d.HearsBy`,
		`		if len(d.States) > 99 && d.HearsBy`, "concern:who_disagrees"},
	{"a request ends while somebody disagrees", "decide.go", `d.endsUnheard(s, step, out), s`,
		`map[bool]error{}[d.endsUnheard(s, step, out) == nil], s`, "request:who_disagrees"},
	{"a concern ends while somebody disagrees", "decide.go", `d.endsUnheard(s, step, out), s`,
		`map[bool]error{}[d.endsUnheard(s, step, out) == nil], s`, "concern:who_disagrees"},
	{"a request is erased while somebody disagrees", "erase.go", `, s.Unheard()} {`,
		`} {`, "request:who_disagrees"},
	{"a concern is erased while somebody disagrees", "erase.go", `, s.Unheard()} {`,
		`} {`, "concern:who_disagrees"},
	{"whoever made a decision answers who disagrees with it", "challenged.go", `c.By != p && c.Made != p`, `c.By != p`,
		"request:who_disagrees"},
	{"whoever disagrees answers themselves", "challenged.go", `c.By != p && c.Made != p`, `c.Made != p`,
		"request:who_disagrees"},
	{"another takes it further", "challenged.go", `return c.By == p && !c.Back &&`, `return !c.Back &&`,
		"request:who_disagrees"},
	{"what was decided anew is taken further", "challenged.go", `stood && s.stands(c) &&`, `stood &&`,
		"concern:who_disagrees"},
	{"it is taken beyond the last level", "challenged.go", `!more {
			return info, fault`, `!more && c.Level > 9 {
			return info, fault`, "concern:who_disagrees"},
	{"each level is the first", "challenged.go", `c.Level, c.Outcome = c.Level+1, ""`, `c.Outcome = ""`,
		"request:who_disagrees"},
	{"another takes back that somebody disagrees", "challenged.go", `if c.By == p && s.waitsForAnswer(c) {`,
		`if s.waitsForAnswer(c) {`, "concern:who_disagrees"},
	{"two disagree with one decision at once", "challenged.go", `m.By == p || s.disputed(m.Version) ||`,
		`m.By == p ||`, "request:who_disagrees"},
	{"whoever made a decision disagrees with it", "challenged.go", `if !taken || m.By == p ||`, `if !taken ||`,
		"concern:who_disagrees"},
	{"a decision in a request that is to be made anew is owed by nobody", "challenged.go", `x.Outcome); owed {`,
		`x.Outcome); owed && len(x.Outcome) > 99 {`, "request:who_disagrees"},
	{"a decision in a concern that is to be made anew is owed by nobody", "challenged.go", `x.Outcome); owed {`,
		`x.Outcome); owed && len(x.Outcome) > 99 {`, "concern:who_disagrees"},
	{"a decision is to be made anew for ever", "challenged.go", `d.Process.SettlesAgain(c.Step, x.Step) {`,
		`d.Process.SettlesAgain(c.Step, "") {`, "request:who_disagrees"},
	{"what others decided is decided anew here", "../process/challenged.go", `new && again != of || theirs != about.Told`,
		`new && again != of || theirs && !about.Told`, "concern:who_disagrees"},
	{"whoever disagreed is not told that they were answered", "decide.go",
		`s.hearsAnswer(info.ID, answers, hears(s, a, info, out, x))`, `hears(s, a, info, out, x)`, "request:who_disagrees"},
	{"who is to answer does not see it", "find.go", `	res.Answering = s.answering(a.Person)
`, ``, "concern:who_disagrees"},
	{"a decision made again takes the next level away", "challenged.go", `(s.waitsForAnswer(c) || stood && s.stands(c)`,
		`s.stands(c) && (s.waitsForAnswer(c) || stood`, "request:who_disagrees"},
	{"an answer undoes a newer decision", "challenged.go", `!s.stands(c) && result != process.Stands &&`,
		`!s.stands(c) && result == "never" &&`, "concern:who_disagrees"},
}
