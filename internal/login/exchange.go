package login

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/metrics"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// exchange is a request with its answer and its log entry. The log never contains a token, a code, a state, a nonce, a
// verifier, a cookie, or anything that the provider wrote.
type exchange struct {
	*Handler
	w     http.ResponseWriter
	r     *http.Request
	base  string
	began time.Time

	name      string // the name of the route
	status    int
	outcome   outcome
	reason    string // one of a few words
	detail    error  // of a failure
	got, want string // the rejected claim, and what it should be
	principal string
	subject   string // the subject that an administrator asks about
	ended     *int   // how many sessions were ended; nil if not known
}

// outcome is the result of a request.
type outcome string

const (
	begun     outcome = metrics.Begun    // the browser is on its way to the provider
	loggedIn  outcome = metrics.LoggedIn // there is a new session
	renewed   outcome = "renewed"        // the session has new tokens
	extended  outcome = "extended"       // the session's tokens are still good, and its idle time begins again
	loggedOut outcome = "logged_out"     // the cookies are cleared
	answered  outcome = "answered"       // the answer is who is logged in, or the script
	refused   outcome = metrics.Refused  // the request or the user is refused
	failed    outcome = metrics.Failed   // there is no answer
)

// problem is the reason for refusing a request.
type problem struct {
	status  int
	outcome outcome
	reason  string
	err     error
}

// refuse answers with a problem. The answer is a page if a person sees it, and JSON if a script does.
func (x *exchange) refuse(p problem) {
	x.outcome, x.reason, x.detail = p.outcome, p.reason, p.err
	x.got, x.want = jwt.Mismatch(p.err)
	if x.name == "login" || x.name == "callback" {
		x.page(p.status, pageFor(p))
		return
	}
	x.json(p.status, messageFor(p.status))
}

// unavailable returns the problem that the provider, its keys or the keys of the cookies cannot be reached.
func unavailable(reason string, err error) problem {
	return problem{http.StatusServiceUnavailable, failed, reason, err}
}

// misconfigured returns a problem that does not pass by itself.
func misconfigured(reason string, err error) problem {
	return problem{http.StatusInternalServerError, failed, reason, err}
}

// denied returns the problem of a request that is itself at fault.
func denied(status int, reason string) problem { return problem{status, refused, reason, nil} }

// opened returns the request's session. If it fails, it has sent the answer.
func (x *exchange) opened() (held, bool) {
	s, err := x.sessions.open(x.r.Context(), x.cookies()...)
	switch {
	case err == nil:
		x.principal = s.session().Subject
		return s, true
	case errors.Is(err, session.ErrUnavailable):
		x.refuse(unavailable(x.sessions.down(), err))
	case errors.Is(err, session.ErrEnded):
		x.setCookies(x.sessions.clear())
		x.refuse(denied(http.StatusUnauthorized, "session_ended"))
	case errors.Is(err, session.ErrForged):
		// The cookie stays, because its key may be new and not known here yet.
		x.refuse(denied(http.StatusUnauthorized, "session_forged"))
	default:
		x.refuse(denied(http.StatusUnauthorized, "no_session"))
	}
	return nil, false
}

// fromOwnPage reports whether the request comes from a page that may change the session: a page of this origin, or of
// an allowed sibling host. If not, it has sent the answer.
func (x *exchange) fromOwnPage() bool {
	site, err := session.ParseSite(x.r.Header.Values("Sec-Fetch-Site"))
	switch {
	case err != nil:
		x.refuse(denied(http.StatusUnauthorized, "no_fetch_site"))
	case !site.Trusted(x.r.Header.Values("Origin"), x.config.AllowOrigins):
		x.refuse(denied(http.StatusForbidden, "cross_site"))
	default:
		return true
	}
	return false
}

// secure sets the headers that every answer has.
func (x *exchange) secure() {
	h := x.w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
}

// share lets a page of an allowed sibling host read the answer.
func (x *exchange) share() {
	if len(x.config.AllowOrigins) == 0 {
		return
	}
	h := x.w.Header()
	h.Set("Vary", "Origin")
	if o := x.r.Header.Values("Origin"); len(o) == 1 && slices.Contains(x.config.AllowOrigins, o[0]) {
		h.Set("Access-Control-Allow-Origin", o[0])
		h.Set("Access-Control-Allow-Credentials", "true")
	}
}

// cookies returns the request's Cookie headers joined into one. That is safe because no answer of the login is cached.
func (x *exchange) cookies() []string { return session.Join(x.r.Header.Values("Cookie")) }

func (x *exchange) setCookies(lines []string) {
	for _, line := range lines {
		x.w.Header().Add("Set-Cookie", line)
	}
}

// json answers with a value that can always be encoded.
func (x *exchange) json(status int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	x.share()
	x.w.Header().Set("Content-Type", "application/json")
	x.send(status, append(text, '\n'))
}

func (x *exchange) send(status int, body []byte) {
	x.status = status
	x.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body) // the browser may be gone
}

// redirect answers with 303, after which a browser uses GET.
func (x *exchange) redirect(url string) {
	x.w.Header().Set("Location", url)
	x.send(http.StatusSeeOther, nil)
}

// message is the answer for scripts, in the form of API Gateway's own: {"message":"Unauthorized"}. The log has the
// details.
type message struct {
	Message string `json:"message"`
}

func messageFor(status int) message { return message{http.StatusText(status)} }
