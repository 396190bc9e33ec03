package apigateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/testclock"
)

var began = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// records collects what a gateway records of its requests.
type records struct {
	mu  sync.Mutex
	all []*Record
}

func (r *records) add(one *Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, one)
}

// byID returns the record of an answer, by its request ID.
func (r *records) byID(id string) *Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.all, func(one *Record) bool { return one.Request.RequestID == id })
	if i < 0 {
		return nil
	}
	return r.all[i]
}

func (r *records) last() *Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all[len(r.all)-1]
}

// developmentKeys are shared by all tests, because making keys takes longest.
var developmentKeys = sync.OnceValues(func() (*devissuer.KeyStore, error) {
	return devissuer.OpenKeys(devissuer.KeyOptions{Dir: built + "/keys", Shared: true})
})

// site is a gateway behind the server that preserves header names, with its own clock.
type site struct {
	*running
	clock   *testclock.Clock
	told    records
	address string
	apiID   string
}

// serve starts a site with an assembly of these resources.
func serve(t *testing.T, resources object, changes ...func(*Options)) *site {
	t.Helper()
	s := &site{clock: testclock.New(began)}
	keys, err := developmentKeys()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Now: s.clock.Now, Record: s.told.add}
	for _, change := range changes {
		change(&o)
	}
	s.running = start(t, assemblyOf(t, resources), keys, o)
	l, err := front.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := front.New(front.Options{Func: s.Serve})
	go server.Serve(l)
	t.Cleanup(server.Close)
	s.address = l.Addr().String()
	s.URL = "http://" + s.address
	for _, r := range s.Routes() {
		s.apiID = r.API.APIID
	}
	return s
}

// reply is an answer with its record.
type reply struct {
	site   *site
	status int
	header http.Header
	body   string
	record *Record
}

// client does not follow redirects, and does not request compression.
var client = &http.Client{
	Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// send makes a request, "GET /prod/orders", with headers "Name: value".
func (s *site) send(t *testing.T, target string, headers ...string) reply {
	t.Helper()
	return s.post(t, target, "", headers...)
}

// post is send with a body.
func (s *site) post(t *testing.T, target, body string, headers ...string) reply {
	t.Helper()
	return s.do(t, s.request(t, target, body, headers...))
}

func (s *site) request(t *testing.T, target, body string, headers ...string) *http.Request {
	t.Helper()
	verb, path, _ := strings.Cut(target, " ")
	r, err := http.NewRequest(verb, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	return r
}

// do sends a request and checks properties of every answer: it equals the recorded one, with its IDs; it has a reason
// if and only if the gateway itself answered with an error; and no explanation contains the value of a header.
func (s *site) do(t *testing.T, r *http.Request) reply {
	t.Helper()
	got, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := reply{
		site:   s,
		status: got.StatusCode,
		header: got.Header,
		body:   string(body),
		record: s.told.byID(got.Header.Get("x-amzn-RequestId")),
	}
	if out.record == nil {
		return out // the server refused it
	}
	q := out.record.Request
	if trace := got.Header.Get("X-Amzn-Trace-Id"); trace != "" &&
		!strings.HasPrefix(trace, strings.Split(q.TraceID, ";")[0]) {
		t.Errorf("the trace of the answer is %q, and of the request %q", trace, q.TraceID)
	}
	if out.record.Answer.Status != out.status || got.Header.Get("x-amz-apigw-id") != q.ExtendedID {
		t.Errorf(
			"the record of %d has the status %d, the id %q, and the answer the header %v",
			out.status,
			out.record.Answer.Status,
			q.ExtendedID,
			got.Header,
		)
	}
	if own := got.Header.Get("x-amzn-ErrorType") != ""; own != (out.record.Reason != "") {
		t.Errorf("%d by the gateway itself: %v, and the reason is %q", out.status, own, out.record.Reason)
	}
	told := fmt.Sprintf("%s %+v %s", out.record.Reason, out.record.Verdict.Trace, out.record.Verdict.Principal)
	for _, name := range []string{"Authorization", "X-Api-Key", "Answer", "X-Tenant"} {
		for _, secret := range r.Header.Values(name) {
			if len(secret) >= 12 && strings.Contains(told, secret) {
				t.Errorf("the explanations of the request have the header %s: %s", name, told)
			}
		}
	}
	return out
}

// String is the answer: "200 route" of what a mock answered, or the status, the error type and the body.
func (r reply) String() string {
	if r.status < 400 {
		return strings.TrimSpace(fmt.Sprintf("%d %s", r.status, r.header.Get("Route")))
	}
	body := strings.ReplaceAll(r.body, r.site.apiID, "API")
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", r.status, r.header.Get("x-amzn-ErrorType"), body))
}

// asked returns the answer, and whether the authorizer's function was invoked.
func (r reply) asked() string {
	for _, step := range r.record.Verdict.Trace {
		if step.Check == "authorizer" {
			return r.String() + ", invoked"
		}
	}
	return r.String() + ", not invoked"
}

// cached returns the answer, and the result of the cache.
func (r reply) cached() string { return strings.TrimSpace(r.String() + " " + r.record.Verdict.Cache) }

// headers are some headers of an answer: "Name: value".
func (r reply) headers(names ...string) string {
	var out []string
	for _, name := range names {
		for _, value := range r.header.Values(name) {
			out = append(out, name+": "+value)
		}
	}
	return strings.Join(out, ", ")
}

// raw sends a request unchanged, except for CRLF at every line end, and returns all bytes of the answer.
func (s *site) raw(t *testing.T, request string) string {
	t.Helper()
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(2 * time.Minute))
	if _, err := io.WriteString(c, strings.ReplaceAll(request, "\n", "\r\n")); err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

// signed signs a request by Signature Version 4 with a key, at a time.
func (s *site) signed(t *testing.T, target string, key checks.AccessKey, at time.Time) *http.Request {
	t.Helper()
	r := s.request(t, target, "")
	empty := sha256.Sum256(nil)
	creds := aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret, SessionToken: key.SessionToken}
	if err := v4.NewSigner().SignHTTP(context.Background(), creds, r, hex.EncodeToString(empty[:]), "execute-api",
		"eu-west-1", at); err != nil {
		t.Fatal(err)
	}
	return r
}

// bearer is the header with a token of the test's function.
func bearer(token string) string { return "Authorization: Bearer " + token }

// answering returns the token with which the function answers with a policy of these statements, and a context.
func answering(context string, statements ...string) string {
	return bearer(
		"answer:" + `{"principalId":"alice","policyDocument":{"Version":"2012-10-17","Statement":[` + strings.Join(
			statements,
			",",
		) + `]},"context":` + context + `}`,
	)
}

// statement is one of an authorizer's policy, for what follows the API's ARN: "prod/GET/orders".
func statement(effect, on string) string {
	return fmt.Sprintf(`{"Effect":%q,"Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:*:*:*/%s"}`, effect, on)
}

// eventOf is the event that the backend answered with.
func eventOf(t *testing.T, r reply) object {
	t.Helper()
	var e object
	if err := json.Unmarshal([]byte(r.body), &e); err != nil {
		t.Fatalf("%s: %v", r, err)
	}
	return e
}

// authorizerEvent returns the authorizer's event, which the authorizer passed to the backend.
func authorizerEvent(t *testing.T, r reply) object {
	t.Helper()
	authorizer, _ := eventOf(t, r)["requestContext"].(object)["authorizer"].(object)
	text, _ := authorizer["event"].(string)
	return eventOf(t, reply{site: r.site, status: r.status, body: text})
}

// jsonOf is a value with its members in order.
func jsonOf(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
