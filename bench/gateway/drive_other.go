//go:build !linux

package main

import (
	"errors"
	"time"
)

func (t target) drive(int, time.Time) ([]time.Duration, error) {
	return nil, errors.New("the load is made by epoll, which is Linux's: run it there, or -only routes,start")
}
