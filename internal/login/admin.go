package login

import "net/http"

// The API's guard protects the routes of administrators and decides who is one. The event's requestContext.authorizer,
// which no client can set, shows that a guard has let the caller in.

// administrator reports whether a guard has let the caller in. If not, it has sent the answer.
func (x *exchange) administrator() bool {
	x.principal = requestOf(x.r).Principal
	if x.principal == "" {
		x.refuse(denied(http.StatusUnauthorized, "no_caller"))
		return false
	}
	return true
}

// listSubject answers with the sessions of a subject.
func (t *inTable) listSubject(x *exchange) {
	if x.administrator() {
		t.answerList(x, x.subject, "")
	}
}

// logoutSubject ends all sessions of a subject in this table. The subject's sessions at the provider continue.
func (t *inTable) logoutSubject(x *exchange) {
	if !x.administrator() || !t.endSubject(x, x.subject) {
		return
	}
	x.outcome = loggedOut
	x.json(http.StatusOK, struct {
		Ended int `json:"ended"`
	}{*x.ended})
}
