package authz

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/sigv4"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

const (
	secretName = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:jwt/hmac-AbCdEf"
	goodSecret = "a secret of some more than thirty-two bytes"
)

// secretsManager is a fake of AWS Secrets Manager. It has only GetSecretValue, and verifies each request's signature.
type secretsManager struct {
	now func() time.Time

	mu       sync.Mutex
	value    string
	previous string                    // the version of stage AWSPREVIOUS, or ""
	answer   func(http.ResponseWriter) // answers instead of the value, unless it is nil
	requests int
	refused  []error
}

func (s *secretsManager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	body, err := io.ReadAll(r.Body)
	if err == nil {
		verifier := sigv4.Verifier{
			Region:  "eu-central-1",
			Service: "secretsmanager",
			Now:     s.now,
			Lookup: func(id string) (sigv4.Key, bool) {
				return sigv4.Key{
					Secret:       "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
					SessionToken: "session-token",
				}, id == "AKIDEXAMPLE"
			},
		}
		_, err = verifier.Verify(r, r.URL.Path, r.URL.RawQuery, body)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if err != nil {
		s.refused = append(s.refused, err)
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"__type":"InvalidSignatureException","message":"no"}`)
		return
	}
	asked, _ := strictjson.Parse(string(body))
	switch {
	case s.answer != nil:
		s.answer(w)
	case r.Method != http.MethodPost || r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" ||
		!asked.Get("SecretId").Is(secretName):
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"__type":"ResourceNotFoundException",`+
			`"Message":"Secrets Manager can't find the specified secret."}`)
	case asked.Get("VersionStage").Is("AWSPREVIOUS"):
		if s.previous == "" {
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"__type":"ResourceNotFoundException","Message":"no such version"}`)
			return
		}
		io.WriteString(w, authztest.Object{"ARN": secretName, "SecretString": s.previous}.String())
	default:
		io.WriteString(w, authztest.Object{
			"ARN":           secretName,
			"SecretString":  s.value,
			"VersionStages": []string{"AWSCURRENT"},
		}.String())
	}
}

// rotate replaces the secret, without a previous version.
func (s *secretsManager) rotate(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value = value
}

// turn replaces the secret and keeps the previous version, as Secrets Manager does.
func (s *secretsManager) turn(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value, s.previous = value, s.value
}

func (s *secretsManager) answerWith(answer func(http.ResponseWriter)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *secretsManager) counts() (requests int, refused []error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests, s.refused
}

// use makes the issuer sign with the secret. The authorizer fetches it from url, or without a network if url is "".
func (s *secretsManager) use(to *setup, url string) {
	s.now = to.options.Now
	to.config.Issuers[0] = Issuer{URL: testIssuer, Audiences: []string{testAudience}, SecretARN: secretName}
	to.env["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE"
	to.env["AWS_SECRET_ACCESS_KEY"] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	to.env["AWS_SESSION_TOKEN"] = "session-token"
	if url != "" {
		to.env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = url
		to.options.Transport, to.options.AllowLoopbackHTTP = http.DefaultTransport, true
		return
	}
	to.options.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		recorder := httptest.NewRecorder()
		s.ServeHTTP(recorder, r)
		return recorder.Result(), nil
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// withSecret makes the issuer sign with a secret, without a network.
func withSecret(value string) func(*setup) {
	return func(s *setup) { (&secretsManager{value: value}).use(s, "") }
}

func hmacToken(secret, alg string) string {
	return (&authztest.Key{Secret: []byte(secret)}).Token(alg, goodClaims())
}
