package iampolicy

import "math/rand/v2"

const prefix = "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/"

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, seed)) }
