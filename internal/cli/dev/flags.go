package dev

import (
	"flag"
	"net/netip"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

const defaultPort = 3000

type flags struct {
	port               int
	app, assembly, api string
	context, env       command.Pairs
	parameters         command.Pairs
	issuer, audience   string
	sourceIP           string
	watch, json        bool
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
	s.BoolVar(&f.watch, "watch", false, "")
	s.BoolVar(&f.json, "json", false, "")
	return s
}

func (f *flags) parse(args []string) error {
	set := f.set()
	if err := command.Parse(set, args); err != nil {
		return err
	}
	if err := command.NotEmpty(set, "app", "assembly", "api", "issuer", "audience", "source-ip"); err != nil {
		return err
	}
	if _, err := netip.ParseAddr(f.sourceIP); f.sourceIP != "" && err != nil {
		return command.Wrongly("--source-ip %q: want an address, such as 203.0.113.7", f.sourceIP)
	}
	switch {
	case f.port < 0 || f.port > 65535:
		return command.Wrongly("--port %d: want 1 to 65535, or 0 for any that is free", f.port)
	case f.app != "" && f.assembly != "":
		return command.Wrongly("--app and --assembly: give one of them: the app is run to get an assembly")
	case len(f.context) > 0 && f.assembly != "":
		return command.Wrongly("--context and --assembly: the context is for the app, which is not run")
	case f.audience != "" && f.issuer == "":
		return command.Wrongly("--audience without --issuer: name the issuer of the tokens")
	}
	return nil
}

// model are the values that a template leaves to its deployment.
func (f *flags) model() cloudassembly.Options {
	return cloudassembly.Options{Parameters: f.parameters, Environment: f.env}
}
