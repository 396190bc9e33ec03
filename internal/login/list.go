package login

import (
	"net/http"

	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

// entry is a session in a list. Times are in seconds since 1970.
type entry struct {
	ID      string `json:"id"`
	Started int64  `json:"started"`
	Active  int64  `json:"active"`
	Idle    int64  `json:"idle"` // when it ends if it is not used
	Ends    int64  `json:"ends"` // when it ends in any case
	Current bool   `json:"current,omitempty"`
}

// list answers with the caller's own sessions.
func (t *inTable) list(x *exchange) {
	h, ok := x.opened()
	if !ok {
		return
	}
	current := ""
	if r, ok := h.(*row); ok {
		current = r.o.ID()
	}
	t.answerList(x, h.session().Subject, current)
}

func (t *inTable) answerList(x *exchange, subject, current string) {
	entries, err := t.store.List(x.r.Context(), t.issuer, subject)
	if err != nil {
		x.refuse(unavailable(t.down(), err))
		return
	}
	out := make([]entry, 0, len(entries))
	for _, e := range entries {
		out = append(out, newEntry(e, current))
	}
	x.outcome = answered
	x.json(http.StatusOK, struct {
		Sessions []entry `json:"sessions"`
	}{out})
}

func newEntry(e tablesession.Entry, current string) entry {
	return entry{e.ID, e.Started.Unix(), e.Active.Unix(), e.Idle.Unix(), e.Ends.Unix(), e.ID == current}
}

// logoutAll ends all sessions of the caller in this table, in every browser. The sessions at the provider continue,
// except for the one of this browser, which the answer leads to.
func (t *inTable) logoutAll(x *exchange) {
	if !x.fromOwnPage() {
		return
	}
	h, ok := x.opened()
	if !ok {
		return
	}
	if !t.endSubject(x, h.session().Subject) {
		return
	}
	x.leave(h.session())
}

// endSubject ends all sessions of a subject. If it fails, it has sent the answer, and some sessions may continue.
func (t *inTable) endSubject(x *exchange, subject string) bool {
	n, err := t.store.EndSubject(x.r.Context(), t.issuer, subject)
	if err != nil {
		x.refuse(unavailable(t.down(), err))
		return false
	}
	x.ended = &n
	return true
}
