package history

// seal moves the open chunks into a block.
func (sh *shelf) seal() {
	if sh.polls == 0 {
		return
	}
	n := sh.written
	for _, ser := range sh.slots {
		if ser != nil && !ser.empty() {
			n += chunkHeader
		}
	}
	b := &block{minT: sh.minT, maxT: sh.maxT, data: make([]byte, 0, n), ends: make([]uint32, len(sh.slots))}
	for slot, ser := range sh.slots {
		if ser != nil && !ser.empty() {
			b.data = append(b.data, ser.chunk.Bytes()...)
			sh.open -= ser.restart()
			ser.blocks++
		}
		b.ends[slot] = uint32(len(b.data)) //nolint:gosec // far below 4 GiB: an hour of one firewall
	}
	sh.blocks = append(sh.blocks, b)
	sh.sealed += b.size()
	sh.polls, sh.written = 0, 0
}

// expire drops what is older than a time.
func (sh *shelf) expire(before int64) {
	for len(sh.blocks) > 0 && sh.blocks[0].maxT < before {
		sh.dropOldest()
	}
	sh.log.expire(before)
}

// shrink gives something up, the oldest first, and says whether there was anything.
func (sh *shelf) shrink() bool {
	switch {
	case len(sh.blocks) == 0 && sh.polls > 0:
		sh.seal()
		return true
	case len(sh.blocks) == 0:
		return sh.log.shrink()
	case len(sh.blocks) == 1 && sh.polls == 0 && sh.slim():
		return true
	}
	sh.dropOldest()
	sh.refused = len(sh.blocks) == 0 && sh.polls == 0
	if begins, ok := sh.begins(); ok {
		sh.log.expire(begins)
	}
	return true
}

// slim lets go of the memory of chunks that were closed, and says whether it was
// any.
func (sh *shelf) slim() bool {
	given := 0
	for _, ser := range sh.slots {
		if ser != nil {
			given += ser.slim()
		}
	}
	sh.open -= given
	return given > 0
}

func (sh *shelf) dropOldest() {
	b := sh.blocks[0]
	sh.blocks[0] = nil
	sh.blocks = sh.blocks[1:]
	sh.dropped(b)
}

// dropAfter drops everything that is from a time or later.
func (sh *shelf) dropAfter(at int64) {
	if sh.polls > 0 {
		sh.seal()
	}
	sh.maxT, sh.step, sh.due = 0, 0, 0
	for n := len(sh.blocks); n > 0 && sh.blocks[n-1].maxT >= at; n-- {
		b := sh.blocks[n-1]
		sh.blocks = sh.blocks[:n-1]
		sh.dropped(b)
	}
	if n := len(sh.blocks); n > 0 {
		sh.maxT, sh.raw = sh.blocks[n-1].maxT, sh.blocks[n-1].maxT
		for _, ser := range sh.slots {
			if ser != nil {
				ser.live = true // what it was then is dropped, too
			}
		}
		if ended := sh.maxT + 1; at-ended > smallStep.Milliseconds() {
			sh.end(ended)
		}
	}
	sh.log.dropAfter(at)
}

// dropped forgets the series that had their last chunk in a block.
func (sh *shelf) dropped(b *block) {
	sh.sealed -= b.size()
	gone := false
	for slot := range b.ends {
		if b.chunk(slot) == nil {
			continue
		}
		ser := sh.slots[slot]
		if ser.blocks--; ser.blocks == 0 && ser.empty() {
			ser.live = false
			sh.remove(ser)
			gone = true
		}
	}
	if !gone {
		return
	}
	kept := sh.things[:0]
	for _, t := range sh.things {
		if sh.byKey[t.key] == t {
			t.at = len(kept)
			kept = append(kept, t)
		}
	}
	clear(sh.things[len(kept):])
	sh.things = kept
	clear(sh.spare[:cap(sh.spare)])
}

// remove lets go of a series without samples, and of its thing with its last one.
func (sh *shelf) remove(ser *series) {
	sh.open -= cap(ser.chunk.Bytes()) - newChunk
	sh.fixed -= seriesSize
	sh.slots[ser.slot] = nil
	sh.free = append(sh.free, ser.slot)
	ser.slot = -1
	t := ser.thing
	t.series[ser.family] = nil
	for _, other := range t.series {
		if other != nil {
			return
		}
	}
	delete(sh.byKey, t.key)
	sh.fixed -= t.size()
}
