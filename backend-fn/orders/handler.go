package orders

import (
	"cmp"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

// Options are the service's dependencies. The zero value works.
type Options struct {
	Log    *slog.Logger     // default: slog.Default()
	Now    func() time.Time // default: time.Now
	Random io.Reader        // for IDs; default: crypto/rand
}

// New returns the service for a store. It serves the routes of the API's access table, each by the handler of the
// authorized route: see [lambdahttp.Mux].
func New(store Store, o Options) http.Handler {
	s := &service{store: store, log: o.Log, now: o.Now, random: o.Random}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.random == nil {
		s.random = rand.Reader
	}
	mux := lambdahttp.NewMux()
	for pattern, answer := range map[string]endpoint{
		"GET /health":         s.health,
		"GET /orders":         s.list,
		"POST /orders":        s.create,
		"GET /orders/{id}":    s.get,
		"DELETE /orders/{id}": s.delete,
	} {
		mux.Handle(pattern, s.logged(pattern, answer))
	}
	mux.NotFound(s.logged("none", func(http.ResponseWriter, *http.Request) error {
		return problem(http.StatusNotFound, "there are /orders, /orders/{id} and /health here")
	}))
	return mux
}

type service struct {
	store  Store
	log    *slog.Logger
	now    func() time.Time
	random io.Reader
}

// endpoint answers a request, or returns an error that tells why it did not.
type endpoint func(w http.ResponseWriter, r *http.Request) error

func (s *service) health(w http.ResponseWriter, _ *http.Request) error {
	// The route is public, so it must be cheap: it does not reach the store.
	writeJSON(w, http.StatusOK, "application/json", map[string]string{"status": "ok"})
	return nil
}

// page is the answer to a list request.
type page struct {
	Orders []Order `json:"orders"`
	Next   string  `json:"next,omitempty"` // the cursor of the next page; absent on the last
}

func (s *service) list(w http.ResponseWriter, r *http.Request) error {
	limit, before, p := pageQuery(r.URL.RawQuery)
	if p != nil {
		return p
	}
	found, err := s.store.List(r.Context(), before, limit+1) // one more than requested shows whether there is a next page
	if err != nil {
		return err
	}
	out := page{Orders: found}
	if len(found) > limit {
		out = page{Orders: found[:limit], Next: encodeCursor(found[limit-1].ID)}
	}
	if out.Orders == nil {
		out.Orders = []Order{} // an empty list, not null
	}
	writeJSON(w, http.StatusOK, "application/json", out)
	return nil
}

// pageQuery reads limit and cursor. It ignores other parameters, because one may hold the caller's token if an
// authorizer takes it from the query.
func pageQuery(query string) (limit int, before string, p *Problem) {
	fail := func(parameter, detail string) (int, string, *Problem) {
		p := problem(http.StatusBadRequest, "the query cannot be read")
		p.Errors = []Violation{{Detail: detail, Parameter: parameter}}
		return 0, "", p
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return fail("", "the query is not form-encoded")
	}
	for _, name := range []string{"limit", "cursor"} {
		if len(values[name]) > 1 {
			return fail(name, "the parameter is there twice")
		}
	}
	limit = DefaultPage
	if values.Has("limit") {
		if limit, err = strconv.Atoi(values.Get("limit")); err != nil || limit < 1 || limit > MaxPage {
			return fail("limit", "want a whole number from 1 to "+strconv.Itoa(MaxPage))
		}
	}
	if values.Has("cursor") {
		var ok bool
		if before, ok = decodeCursor(values.Get("cursor")); !ok {
			return fail("cursor", "want the value of next from an earlier page, or no cursor for the first page")
		}
	}
	return limit, before, nil
}

func (s *service) create(w http.ResponseWriter, r *http.Request) error {
	body, p := readBody(w, r)
	if p != nil {
		return p
	}
	now := s.now().UTC()
	d, p := parseDraft(body, now)
	if p != nil {
		return p
	}
	caller, _ := lambdahttp.CallerFrom(r.Context())
	o := Order{
		ID: d.ID, Customer: d.Customer, Lines: d.Lines, Currency: d.Currency,
		Status: Open, CreatedAt: now.Truncate(time.Millisecond), CreatedBy: caller.Principal,
	}
	if o.ID == "" {
		var err error
		if o.ID, err = NewID(now, s.random); err != nil {
			return err
		}
	}
	status := http.StatusCreated
	switch err := s.store.Create(r.Context(), o); {
	case errors.Is(err, ErrExists):
		there, err := s.store.Get(r.Context(), o.ID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if err != nil || !d.same(there, o.CreatedBy) {
			return problem(
				http.StatusConflict,
				"the id belongs to another order: choose a new one, or none and the service makes it",
			)
		}
		o = there
		if d.ID != "" {
			status = http.StatusOK // the service created this ID, so the service itself repeated the write
		}
	case err != nil:
		return err
	}
	// The location is relative to the request, so that it works behind a stage or a base path, which the service does not
	// know (RFC 9110, section 10.2.2).
	location := "orders/" + o.ID
	if strings.HasSuffix(r.URL.Path, "/") {
		location = o.ID
	}
	w.Header().Set("Location", location)
	writeJSON(w, status, "application/json", o)
	return nil
}

// readBody reads a JSON body of limited size.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *Problem) {
	coding := cmp.Or(r.Header.Get("Content-Encoding"), "identity")
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := cmp.Or(params["charset"], "utf-8")
	if err != nil || kind != "application/json" || !strings.EqualFold(charset, "utf-8") ||
		!strings.EqualFold(coding, "identity") {
		w.Header().Set("Accept", "application/json") // RFC 9110, section 15.5.16
		return nil, problem(
			http.StatusUnsupportedMediaType,
			"want Content-Type: application/json, in UTF-8 and not compressed",
		)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, problem(http.StatusRequestEntityTooLarge, "want at most %d bytes", MaxBody)
	case err != nil:
		return nil, problem(http.StatusBadRequest, "the body broke off")
	}
	return body, nil
}

func (s *service) get(w http.ResponseWriter, r *http.Request) error {
	id, ok := ParseID(r.PathValue("id"))
	if !ok {
		return ErrNotFound // no order can have this ID, so the store need not be asked
	}
	o, err := s.store.Get(r.Context(), id)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", o)
	return nil
}

func (s *service) delete(w http.ResponseWriter, r *http.Request) error {
	id, ok := ParseID(r.PathValue("id"))
	if !ok {
		return ErrNotFound
	}
	if err := s.store.Delete(r.Context(), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
