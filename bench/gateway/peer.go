package main

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

//go:embed node
var node embed.FS

// install puts the peer into the user's cache folder, where a later run finds it again.
func install(ctx context.Context) (dir string, err error) {
	caches, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	lock, err := node.ReadFile("node/package-lock.json")
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(lock)
	dir = filepath.Join(caches, "gatehouse-benchmarks", "gateway-"+hex.EncodeToString(sum[:6]))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	files, err := fs.Sub(node, "node")
	if err != nil {
		return "", err
	}
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name), text, 0o600)
	})
	if err != nil {
		return "", err
	}
	done := filepath.Join(dir, "installed")
	if _, err := os.Stat(done); err == nil {
		return dir, nil
	}
	fmt.Println("npm ci, once, into", dir)
	c := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	c.Dir = dir
	if text, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci: %w\n%s", err, text)
	}
	return dir, os.WriteFile(done, nil, 0o600)
}

// peer is a serverless-offline that listens.
type peer struct {
	*process
	address string
}

var ready = regexp.MustCompile(`Server ready: http://127\.0\.0\.1:\d+`)

// offline starts serverless-offline with an authorizer that takes the tokens of the given one's issuer.
func (b *bench) offline(ctx context.Context, token string, jwks []byte) (*peer, error) {
	dir, err := install(ctx)
	if err != nil {
		return nil, err
	}
	var claims struct {
		Issuer string `json:"iss"`
		Client string `json:"client_id"`
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err == nil {
		err = json.Unmarshal(payload, &claims)
	}
	if err != nil {
		return nil, err
	}
	keys := filepath.Join(b.dir, "jwks.json")
	if err := os.WriteFile(keys, jwks, 0o600); err != nil {
		return nil, err
	}
	port, err1 := freePort()
	lambdaPort, err2 := freePort()
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	program := filepath.Join(dir, "node_modules", "serverless", "bin", "serverless.js")
	p, err := b.launch(ctx, dir, []string{
		"SLS_TELEMETRY_DISABLED=1",
		"SLS_NOTIFICATIONS_MODE=off",
		"SLS_ANALYTICS_DISABLED=1",
		"AWS_ACCESS_KEY_ID=none",
		"AWS_SECRET_ACCESS_KEY=none",
		"BENCHMARK_PORT=" + strconv.Itoa(port),
		"BENCHMARK_LAMBDA_PORT=" + strconv.Itoa(lambdaPort),
		"BENCHMARK_JWKS_FILE=" + keys,
		"BENCHMARK_USER_POOL=" + claims.Issuer[strings.LastIndexByte(claims.Issuer, '/')+1:],
		"BENCHMARK_CLIENT=" + claims.Client,
	}, "node", program, "offline")
	if err != nil {
		return nil, err
	}
	if _, _, err := p.wait(ready); err != nil {
		return nil, err
	}
	return &peer{p, net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}, nil
}

// freePort is one that was free a moment ago.
func freePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
