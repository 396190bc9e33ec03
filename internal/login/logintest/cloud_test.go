package logintest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// clock is the time of the functions and of browsers.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// journal collects the logs of all functions.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// vault plays AWS Secrets Manager. It has the versions of each secret, the current one first.
type vault struct {
	mu      sync.Mutex
	secrets map[string][]string
	down    bool
}

func (v *vault) set(arn string, versions ...string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.secrets[arn] = versions
}

// before answers requests to Secrets Manager and passes the others to another transport.
func (v *vault) before(others http.RoundTripper) http.RoundTripper {
	return transport(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host != "secretsmanager.eu-central-1.amazonaws.com" {
			return others.RoundTrip(r)
		}
		var asked struct{ SecretId, VersionStage string }
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			return nil, err
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		status, body := http.StatusOK, ""
		number := map[string]int{"AWSCURRENT": 0, "AWSPREVIOUS": 1}[cmp.Or(asked.VersionStage, "AWSCURRENT")]
		switch versions := v.secrets[asked.SecretId]; {
		case v.down:
			status, body = http.StatusInternalServerError, `{"__type":"InternalServiceError"}`
		case number >= len(versions):
			status, body = http.StatusBadRequest, `{"__type":"ResourceNotFoundException"}`
		default:
			body = `{"SecretString":` + strconv.Quote(versions[number]) + `}`
		}
		return &http.Response{
			Status: strconv.Itoa(status), StatusCode: status, Request: r, ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}},
			Body:   io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}, nil
	})
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }
