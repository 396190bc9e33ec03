//go:build !linux

package main

import (
	"errors"
	"time"
)

func (t target) drive(int, time.Time) ([]time.Duration, error) {
	return nil, errors.New("the load needs epoll: use Linux, or -only routes,start")
}
