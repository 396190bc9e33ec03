package dev

import (
	"cmp"
	"flag"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/clientcert"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

const defaultPort = 3000

// longestLife is the maximum of --token-life.
const longestLife = 24 * time.Hour

type flags struct {
	port               int
	app, assembly, api string
	context, env       command.Pairs
	parameters         command.Pairs
	issuer, audience   string
	sourceIP           string
	sourceVPC          string
	sourceVPCE         string
	clientCert         string
	certificate        *clientcert.Certificate // in the file clientCert; nil without one
	corsOrigins        command.List
	appOrigin          string
	tokenLife          time.Duration
	allowNetwork       bool
	watch, json, debug bool
	watchFolder        string
	accessLog          string
}

func (f *flags) set() *flag.FlagSet {
	s := flag.NewFlagSet("dev", flag.ContinueOnError)
	s.IntVar(&f.port, "port", defaultPort, "")
	s.StringVar(&f.app, "app", "", "")
	s.StringVar(&f.assembly, "assembly", "", "")
	s.StringVar(&f.api, "api", "", "")
	s.Var(&f.context, "context", "")
	s.Var(&f.context, "c", "")
	s.Var(&f.env, "env", "")
	s.Var(&f.parameters, "parameters", "")
	s.StringVar(&f.issuer, "issuer", "", "")
	s.StringVar(&f.audience, "audience", "", "")
	s.StringVar(&f.sourceIP, "source-ip", "", "")
	s.StringVar(&f.sourceVPC, "source-vpc", "", "")
	s.StringVar(&f.sourceVPCE, "source-vpce", "", "")
	s.StringVar(&f.clientCert, "client-cert", "", "")
	s.Var(&f.corsOrigins, "cors-origin", "")
	s.StringVar(&f.appOrigin, "app-origin", "", "")
	s.DurationVar(&f.tokenLife, "token-life", 0, "") // 0 for the app's own setting
	s.BoolVar(&f.allowNetwork, "allow-network", false, "")
	s.BoolVar(&f.watch, "watch", false, "")
	s.StringVar(&f.watchFolder, "watch-folder", "", "")
	s.StringVar(&f.accessLog, "access-log", "", "")
	s.BoolVar(&f.debug, "debug", false, "")
	s.BoolVar(&f.json, "json", false, "")
	return s
}

func (f *flags) parse(args []string) error {
	set := f.set()
	if err := command.Parse(set, args); err != nil {
		return err
	}
	filled := []string{
		"app", "assembly", "api", "issuer", "audience", "source-ip", "source-vpc", "source-vpce", "client-cert",
		"app-origin", "watch-folder", "access-log",
	}
	if err := command.NotEmpty(set, filled...); err != nil {
		return err
	}
	if err := f.checkCallers(); err != nil {
		return err
	}
	switch {
	case f.port < 0 || f.port > 65535:
		return command.Wrongly("--port %d: want 1 to 65535, or 0 for any free port", f.port)
	case f.app != "" && f.assembly != "":
		return command.Wrongly("--app and --assembly: give one of them: the app is run to get an assembly")
	case f.watchFolder != "" && f.assembly != "":
		return command.Wrongly("--watch-folder and --assembly: the folder has an app's sources, and the app is not run")
	case len(f.context) > 0 && f.assembly != "":
		return command.Wrongly("--context and --assembly: the context is for the app, which is not run")
	case given(set, "token-life") && f.tokenLife <= 0 || f.tokenLife > longestLife || f.tokenLife%time.Second != 0:
		return command.Wrongly("--token-life %s: want whole seconds, from 1s to %s", f.tokenLife, longestLife)
	case f.audience != "" && f.issuer == "":
		return command.Wrongly("--audience without --issuer: name the issuer of the tokens")
	}
	f.watch = f.watch || f.watchFolder != ""
	return nil
}

// checkCallers checks the flags about where requests come from: addresses, VPCs and pages.
func (f *flags) checkCallers() error {
	for _, id := range []struct{ flag, prefix, value string }{
		{"--source-vpc", "vpc-", f.sourceVPC}, {"--source-vpce", "vpce-", f.sourceVPCE},
	} {
		if id.value != "" && !strings.HasPrefix(id.value, id.prefix) {
			return command.Wrongly("%s %q: want an id such as %s0a1b2c3d4e5f60718", id.flag, id.value, id.prefix)
		}
	}
	if _, err := netip.ParseAddr(f.sourceIP); f.sourceIP != "" && err != nil {
		return command.Wrongly("--source-ip %q: want an address, such as 203.0.113.7", f.sourceIP)
	}
	for _, origin := range f.corsOrigins {
		if err := checkPageOrigin(origin); err != nil {
			return command.Wrongly("--cors-origin %v", err)
		}
	}
	if err := checkAppOrigin(f.appOrigin); f.appOrigin != "" && err != nil {
		return command.Wrongly("--app-origin %v", err)
	}
	return nil
}

// readClientCert reads the file of --client-cert.
func (f *flags) readClientCert() error {
	if f.clientCert == "" {
		return nil
	}
	text, err := os.ReadFile(f.clientCert)
	if err != nil {
		return fmt.Errorf("--client-cert: %w", err)
	}
	if f.certificate, err = clientcert.Parse(text); err != nil {
		return fmt.Errorf("--client-cert %s: %w", f.clientCert, err)
	}
	return nil
}

// thumbprint returns that of the certificate of --client-cert; "" without one.
func (f *flags) thumbprint() string {
	if f.certificate == nil {
		return ""
	}
	return f.certificate.Thumbprint
}

func given(set *flag.FlagSet, name string) (is bool) {
	set.Visit(func(f *flag.Flag) { is = is || f.Name == name })
	return is
}

// checkPageOrigin returns an error unless an origin can be that of a dev server: http on this machine, or https. Logins
// accept no others.
func checkPageOrigin(origin string) error {
	if origin == "*" {
		return fmt.Errorf("%q: pages of every site could act for the user: name the origin of the dev server, such as %s",
			origin, exampleOrigin)
	}
	if err := httpname.CheckOrigin(origin); err != nil {
		return fmt.Errorf("%w, here %s", err, exampleOrigin)
	}
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return fmt.Errorf("%q: want http of this machine, such as %s, or https", origin, exampleOrigin)
	}
	return nil
}

// checkAppOrigin returns an error unless an origin has the host of apps.
func checkAppOrigin(origin string) error {
	u, err := url.Parse(origin)
	if httpname.CheckOrigin(origin) != nil || err != nil || u.Scheme != "http" || u.Hostname() != apigateway.AppHost {
		return fmt.Errorf("%q: want the origin of a proxy on this machine by the name %s, such as %s", origin,
			apigateway.AppHost, exampleOrigin)
	}
	return nil
}

// exampleOrigin is the origin of Vite's dev server.
const exampleOrigin = "http://localhost:5173"

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && addr.IsLoopback()
}

// origin returns the origin of an app, for a gateway that listens at a URL.
func (f *flags) origin(gateway string) string {
	return cmp.Or(f.appOrigin, apigateway.AppOrigin(gateway))
}

// model returns the values that templates leave to the deployment.
func (f *flags) model() cloudassembly.Options {
	return cloudassembly.Options{Parameters: f.parameters, Environment: f.env}
}
