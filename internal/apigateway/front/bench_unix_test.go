//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package front

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

const (
	benchRequest = "GET /prod/orders/17?page=2 HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nUser-Agent: bench/1\r\n" +
		"Accept: application/json\r\nAccept-Encoding: gzip\r\n" +
		"Authorization: Bearer abcdefghijklmnopqrstuvwxyz0123456789\r\nX-Request-Id: 0123456789\r\n\r\n"
	benchBody  = `{"orders":[{"id":"17","item":"book","count":1}]}`
	benchConns = 32
)

// The client is another process, so that the CPU time of this one is only the server's.
func TestMain(m *testing.M) {
	if address := os.Getenv("FRONT_BENCH_CLIENT"); address != "" {
		n, err := strconv.Atoi(os.Getenv("FRONT_BENCH_REQUESTS"))
		if err == nil {
			err = benchClient(address, n)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// benchClient sends n requests on 32 connections, each after the answer to the one before it.
func benchClient(address string, n int) error {
	errs := make(chan error, benchConns)
	for i := range benchConns {
		share := n / benchConns
		if i < n%benchConns {
			share++
		}
		go func() {
			c, err := net.Dial("tcp", address)
			if err != nil {
				errs <- err
				return
			}
			defer c.Close()
			b := bufio.NewReader(c)
			for range share {
				if _, err := io.WriteString(c, benchRequest); err != nil {
					errs <- err
					return
				}
				length := 0
				for {
					line, err := b.ReadSlice('\n')
					if err != nil {
						errs <- err
						return
					}
					if len(line) == 2 {
						break
					}
					if rest, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
						length, _ = strconv.Atoi(strings.TrimSpace(rest))
					}
				}
				if n, err := b.Discard(length); err != nil || n != len(benchBody) {
					errs <- fmt.Errorf("want a body of %d bytes, got %d, %v", len(benchBody), n, err)
					return
				}
			}
			errs <- nil
		}()
	}
	for range benchConns {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkServer compares requests per second of the server's CPU time with net/http's, at 32 connections.
func BenchmarkServer(b *testing.B) {
	body := []byte(benchBody)
	b.Run("front", func(b *testing.B) {
		s := New(Options{Func: func(context.Context, *exchange.Request) exchange.Answer {
			return exchange.Answer{
				Status:  200,
				Body:    body,
				Headers: exchange.Headers{{Name: "Content-Type", Value: "application/json"}},
			}
		}})
		l, err := Listen("127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		go s.Serve(l)
		defer s.Close()
		measure(b, l.Addr().String())
	})
	b.Run("net-http", func(b *testing.B) {
		s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Write(body)
		})}
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		go s.Serve(l)
		defer s.Close()
		measure(b, l.Addr().String())
	})
}

func measure(b *testing.B, address string) {
	client := exec.Command(os.Args[0])
	client.Env = append(os.Environ(), "FRONT_BENCH_CLIENT="+address, "FRONT_BENCH_REQUESTS="+strconv.Itoa(b.N))
	client.Stderr = os.Stderr
	before, start := cpuTime(), time.Now()
	if err := client.Run(); err != nil {
		b.Fatal(err)
	}
	used, passed := cpuTime()-before, time.Since(start)
	b.ReportMetric(float64(b.N)/used.Seconds(), "req/cpu-s")
	b.ReportMetric(float64(b.N)/passed.Seconds(), "req/s")
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
