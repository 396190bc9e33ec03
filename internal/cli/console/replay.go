package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/credentials"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// replayed is the answer to a request that was repeated.
type replayed struct {
	ID      string      `json:"id"`
	Status  int         `json:"status"`
	MS      float64     `json:"ms"`
	Headers [][2]string `json:"headers"`
	Body    string      `json:"body"`
	More    bool        `json:"more,omitempty"`  // the body is longer
	Fresh   bool        `json:"fresh,omitempty"` // the token had expired, and a new one was sent
}

// mostShown is how much of an answer's body is sent to the page, in bytes.
const mostShown = 100_000

// readForm parses a body that the page sends.
func readForm(r *exchange.Request, to any) error {
	d := json.NewDecoder(bytes.NewReader(r.Body))
	d.DisallowUnknownFields()
	err := d.Decode(to)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the object")
		}
	}
	if err != nil {
		return fmt.Errorf("the body is not what the form sends: %w", err)
	}
	return nil
}

// answerReplay repeats a past request. The console makes the request, and not the page: it has the credentials, which
// the page does not get, and it can set headers that a page cannot, such as Origin.
func (c *Console) answerReplay(ctx context.Context, r *exchange.Request) exchange.Answer {
	var form struct {
		ID   string `json:"id"`
		Edit *edit  `json:"edit"`
	}
	if err := readForm(r, &form); err != nil {
		return problem(http.StatusBadRequest, "", err.Error())
	}
	e, ok := c.ring.find(form.ID)
	if !ok {
		return gone()
	}
	v := c.current()
	request, err := v.again(e, form.Edit)
	if err != nil {
		return failed(err)
	}
	now := c.options.Now()
	fresh, err := v.renew(request, e.Time, now)
	if err != nil {
		return failed(err)
	}
	got := c.options.Gateway.Serve(ctx, request)
	body, more := drain(got)
	if request.Verb == http.MethodHead { // the server sends no body for HEAD
		body, more = "", false
	}
	m := credentials.MaskAll(request, got.Headers, v.sources...)
	return answer(http.StatusOK, replayed{
		ID: request.RequestID, Status: got.Status, MS: milliseconds(c.options.Now().Sub(now)),
		Headers: v.headers(got.Headers, m), Body: m(body), More: more, Fresh: fresh,
	})
}

// drain reads the beginning of an answer's body.
func drain(a exchange.Answer) (body string, more bool) {
	text := a.Body
	if a.Stream != nil {
		text, _ = io.ReadAll(io.LimitReader(a.Stream, mostShown+1)) // if the answer breaks off, show what has arrived
		_ = a.Stream.Close()
	}
	if len(text) > mostShown {
		return string(bytes.ToValidUTF8(text[:mostShown], nil)), true
	}
	return string(bytes.ToValidUTF8(text, []byte("\uFFFD"))), false
}

// answerClear deletes the requests.
func (c *Console) answerClear(r *exchange.Request) exchange.Answer {
	var form struct{}
	if err := readForm(r, &form); err != nil {
		return problem(http.StatusBadRequest, "", err.Error())
	}
	c.ring.clear()
	return answer(http.StatusOK, struct{}{})
}

// gone returns the answer about a request that is no longer kept.
func gone() exchange.Answer {
	return problem(http.StatusNotFound, "",
		fmt.Sprintf("the console does not have this request any more: it keeps the last %d, until they are cleared", kept))
}

// failed returns the answer about an error, which may concern a field.
func failed(err error) exchange.Answer {
	var field *fieldError
	if errors.As(err, &field) {
		return problem(http.StatusBadRequest, field.field, field.text)
	}
	return problem(http.StatusInternalServerError, "", err.Error())
}
