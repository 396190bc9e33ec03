package console

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/credentials"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// summary is a request in the list. Times are in milliseconds.
type summary struct {
	Seq          int       `json:"seq"`
	ID           string    `json:"id"`
	Time         time.Time `json:"time"`
	Status       int       `json:"status"`
	Verb         string    `json:"verb"`
	Path         string    `json:"path"`            // with the stage, without the query
	Route        string    `json:"route,omitempty"` // "" if no route was found
	Authorizer   string    `json:"authorizer,omitempty"`
	Cache        string    `json:"cache,omitempty"`
	AuthorizerMS float64   `json:"authorizerMs,omitempty"`
	Principal    string    `json:"principal,omitempty"`
	MS           float64   `json:"ms"`
	Reason       string    `json:"reason,omitempty"`
	Blocked      string    `json:"blocked,omitempty"` // why the browser withholds the answer from the page
}

// requests is what an open page needs to know.
type requests struct {
	Run      string    `json:"run"`  // if it changes, the page starts anew
	APIs     int       `json:"apis"` // if it changes, the page loads the routes again
	Last     int       `json:"last"`
	Requests []summary `json:"requests"` // newest first
}

// answerRequests answers with the requests after the one that the query names, as in "after=17".
func (c *Console) answerRequests(r *exchange.Request) exchange.Answer {
	after := 0
	if text, given := exchange.QueryValue(r.RawQuery, "after"); given {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return problem(http.StatusBadRequest, "after",
				fmt.Sprintf("after=%s: want the number of a request, or leave it out for all", text))
		}
		after = n
	}
	v := c.current()
	entries, last := c.ring.after(after)
	out := requests{
		Run:      fmt.Sprintf("%s-%d", c.run, c.ring.clearings()),
		APIs:     v.apis.Version,
		Last:     last,
		Requests: make([]summary, 0, len(entries)),
	}
	for _, e := range entries {
		out.Requests = append(out.Requests, v.summary(e))
	}
	return answer(http.StatusOK, out)
}

// answerRequest answers with one request in full.
func (c *Console) answerRequest(id string) exchange.Answer {
	e, ok := c.ring.find(id)
	if !ok {
		return gone()
	}
	return answer(http.StatusOK, c.current().decision(e))
}

func (v *view) summary(e entry) summary {
	m := credentials.MaskAll(e.Request, e.Answer.Headers, v.sources...)
	return summary{
		Seq:          e.seq,
		ID:           e.Request.RequestID,
		Time:         e.Time.UTC(),
		Status:       e.Answer.Status,
		Verb:         e.Request.Verb,
		Path:         m(e.Request.RawPath),
		Route:        e.Route,
		Authorizer:   e.Verdict.Authorizer,
		Cache:        e.Verdict.Cache,
		AuthorizerMS: milliseconds(e.Verdict.AuthorizerTime),
		Principal:    m(e.Verdict.Principal),
		MS:           milliseconds(e.Took),
		Reason:       m(e.Reason),
		Blocked:      m(blockedBy(e.Browser)),
	}
}

// milliseconds returns a duration with one decimal, or two below 10.
func milliseconds(d time.Duration) float64 {
	ms := float64(d.Microseconds()) / 1000
	if ms < 10 {
		return math.Round(ms*100) / 100
	}
	return math.Round(ms*10) / 10
}
