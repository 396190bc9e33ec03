package dev

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"syscall"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/console"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/devrecord"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// publish writes a record with which [Find] finds this process, and returns how to remove it. If that fails, requests
// are served all the same.
func publish(p *command.Process, url, run string) (remove func()) {
	remove, err := writeRecord(p, url, run)
	if err != nil {
		p.Note("dev", "\"gatehouse token\" without --assembly does not find this process: %v", err)
		return func() {}
	}
	return remove
}

func writeRecord(p *command.Process, url, run string) (remove func(), err error) {
	project, err := devrecord.Project(p.Dir)
	if err != nil {
		return nil, err
	}
	cache, err := p.CacheDir()
	if err != nil {
		return nil, err
	}
	r := devrecord.Record{PID: os.Getpid(), URL: url, Run: run, Folder: project, Started: p.Now()}
	return devrecord.Write(devrecord.Dir(cache), r)
}

// Running is a "gatehouse dev" that answered.
type Running struct {
	URL     string
	Issuers []devissuer.Issuer
}

// Find returns the "gatehouse dev" that runs from the working directory, the last one that was started if there are
// several, or nil. It removes records of processes that have ended.
func Find(ctx context.Context, p *command.Process) (*Running, error) {
	project, err := devrecord.Project(p.Dir)
	if err != nil {
		return nil, err
	}
	cache, err := p.CacheDir()
	if err != nil {
		return nil, nil // there are no records without a cache folder
	}
	records, err := devrecord.Find(devrecord.Dir(cache), project)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		issuers, err := askIssuers(ctx, r)
		switch {
		case errors.Is(err, errStale):
			r.Remove()
		case err != nil:
			return nil, fmt.Errorf("\"gatehouse dev\" at %s (process %d): %w", r.URL, r.PID, err)
		default:
			return &Running{r.URL, issuers}, nil
		}
	}
	return nil, nil
}

// errStale is returned for a record whose process has ended.
var errStale = errors.New("it has ended")

// askWithin is how long a "gatehouse dev" may take to answer, which it does from memory.
const askWithin = 5 * time.Second

// askIssuers gets the issuers from the process of a record. If that has ended, another program may listen at its
// address; it does not know the run.
func askIssuers(ctx context.Context, r devrecord.Record) ([]devissuer.Issuer, error) {
	if r.Gone() {
		return nil, errStale
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL+console.IssuersPath, nil)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{DisableKeepAlives: true} // uses no proxy
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	answer, err := client.Do(request)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return nil, errStale
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("it does not answer within %v: stop it, or name an assembly with --assembly", askWithin)
	case err != nil:
		return nil, err
	}
	defer answer.Body.Close()
	var got console.Issuers
	decoder := json.NewDecoder(http.MaxBytesReader(nil, answer.Body, mostIssuers))
	if answer.StatusCode != http.StatusOK || decoder.Decode(&got) != nil || got.Run != r.Run {
		return nil, errStale
	}
	return got.Issuers, nil
}

// mostIssuers is the size limit of the answer, in bytes.
const mostIssuers = 4 << 20
