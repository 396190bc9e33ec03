package main

import (
	"context"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/server"
)

//go:embed node
var node embed.FS

var ready = regexp.MustCompile(`Server ready: http://127\.0\.0\.1:\d+`)

// offline starts serverless-offline. Its authorizer accepts tokens of the same issuer and client as the given token.
func (b *bench) offline(ctx context.Context, token string, jwks []byte) (*listener, error) {
	files, err := fs.Sub(node, "node")
	if err != nil {
		return nil, err
	}
	dir, err := server.Install(ctx, "gateway", files)
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
	port, err1 := server.FreePort()
	lambdaPort, err2 := server.FreePort()
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	program := filepath.Join(dir, "node_modules", "serverless", "bin", "serverless.js")
	env := []string{
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
	}
	p, _, err := b.launch(ctx, server.Program{Name: "node", Args: []string{program, "offline"}, Dir: dir, Env: env}, ready)
	if err != nil {
		return nil, err
	}
	return &listener{Process: p, address: net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}, nil
}
