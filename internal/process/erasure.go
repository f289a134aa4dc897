package process

// Erasure says on whose words a record is erased once it has ended. Who may give one at all
// is the policies' to say, and that they are two people the desk's.
type Erasure struct {
	First   []Role `json:"first"`   // one word is of somebody in one of these roles
	Second  []Role `json:"second"`  // the other, of another person, in one of these
	Open    string `json:"open"`    // of a record that has not ended: "Close this concern before it is erased"
	Refused string `json:"refused"` // where these two words were not given
}

func (d *Definition) wholeErasure() error {
	const at = "erase"
	if len(d.Erase.First) == 0 || len(d.Erase.Second) == 0 {
		return bad(at, `must say on whose words a record is erased: the roles of the "first" word and of the "second"`)
	}
	if d.Erase.Open == "" || d.Erase.Refused == "" {
		return bad(at, `must say what is answered where a record is "open", and where other words are given ("refused")`)
	}
	for _, roles := range [][]Role{d.Erase.First, d.Erase.Second} {
		for _, r := range roles {
			if r == Anyone {
				return bad(at, "must not be on anyone's word")
			}
		}
		if err := d.knownRoles(at, roles); err != nil {
			return err
		}
	}
	return nil
}
