package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"syscall"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/console"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/devrecord"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// publish keeps a record by which "gatehouse token" finds this process. If that fails, it serves all the same.
func (d *dev) publish() {
	remove, err := d.writeRecord()
	if err != nil {
		d.note("dev", "\"gatehouse token\" without --assembly does not find this process: %v", err)
		return
	}
	d.unpublish = remove
}

func (d *dev) writeRecord() (remove func(), err error) {
	project, err := devrecord.Project(d.dir)
	if err != nil {
		return nil, err
	}
	cache, err := d.cacheDir()
	if err != nil {
		return nil, err
	}
	r := devrecord.Record{PID: os.Getpid(), URL: d.url, Run: d.console.Run(), Folder: project, Started: d.now()}
	return devrecord.Write(devrecord.Dir(cache), r)
}

// foundDev is a "gatehouse dev" that answered.
type foundDev struct {
	url     string
	issuers []devissuer.Issuer
}

// findDev finds the "gatehouse dev" that runs from the working directory, the one that was started last if there are
// several. It returns nil if there is not one. Records of processes that have ended are removed.
func (s *surroundings) findDev(ctx context.Context) (*foundDev, error) {
	project, err := devrecord.Project(s.dir)
	if err != nil {
		return nil, err
	}
	cache, err := s.cacheDir()
	if err != nil {
		return nil, nil // without a cache folder there are no records
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
			return &foundDev{r.URL, issuers}, nil
		}
	}
	return nil, nil
}

// errStale is returned for a record whose process has ended.
var errStale = errors.New("it has ended")

// askWithin is how long a "gatehouse dev" has to answer: it does so from memory.
const askWithin = 5 * time.Second

// askIssuers asks the process of a record for its issuers. After it has ended, another program may listen at its address:
// that one does not know the run.
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
	transport := &http.Transport{DisableKeepAlives: true} // no proxy
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
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

// mostIssuers is the size of the largest answer that is read, in bytes.
const mostIssuers = 4 << 20
