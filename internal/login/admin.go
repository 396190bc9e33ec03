package login

import "net/http"

// The routes of administrators are behind the API's guard, which decides who is one. That a guard has let the caller in
// is seen by the event's requestContext.authorizer, which no client can set.

// administrator reports whether the guard has let in who calls. On a failure it has answered.
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

// logoutSubject ends all sessions of a subject here. Those at the provider go on.
func (t *inTable) logoutSubject(x *exchange) {
	if !x.administrator() || !t.endSubject(x, x.subject) {
		return
	}
	x.outcome = loggedOut
	x.json(http.StatusOK, struct {
		Ended int `json:"ended"`
	}{*x.ended})
}
