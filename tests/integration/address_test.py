"""A node moves to another address: docs/OPERATIONS.md, "Change of address"."""

from support import NodeCase, eventually, free_ports, gi_rows, main


class ChangeOfAddress(NodeCase):
    def configure(self, node, old, new):
        config = node.data / "minglu.toml"
        text = config.read_text()
        self.assertIn(old, text)
        config.write_text(text.replace(old, new))

    def card(self, node):
        path = self.folder / f"{node.name}.json"
        path.write_text(node.ok("peer", "card").out)
        return path

    def test_the_card_says_the_new_address_and_partners_take_it_with_the_same_keys(self):
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 2)))
        self.until_equal(cq, sc)
        before = cq.json("peer", "card")
        cq.stop()
        old_port, [new_port] = cq.peer_port, free_ports(1)
        self.configure(cq, f":{old_port}", f":{new_port}")
        self.assertEqual(before["card"], cq.json("peer", "card")["card"], "a command alone changes nothing")
        cq.start()
        after = cq.json("peer", "card")
        self.assertIn(f":{new_port}", after["card"])
        self.assertEqual(before["fingerprint"], after["fingerprint"])
        self.assertIn("give it to the partners", cq.log_text())
        cq.edit("gi/AGI90001", "category=蔬菜")
        sc.ok("peer", "add", self.card(cq))
        eventually("sc reaches the new address",
                   lambda: sc.entry("gi/AGI90001")["fields"]["category"] == "蔬菜")
        self.until_equal(cq, sc)
        cq.stop()
        cq.start()
        self.assertEqual(after["card"], cq.json("peer", "card")["card"], "made anew once")
        self.assertEqual([], cq.items("incident", "list") + sc.items("incident", "list"))

    def test_what_the_configuration_leaves_out_stays_in_the_card(self):
        cq = self.node("cq", start=False)
        before = cq.json("peer", "card")["card"]
        self.configure(cq, f'url = "{cq.peer_url}"\n', "")
        self.configure(cq, 'name = "机构 cq"\n', "")
        cq.start()
        self.assertEqual(before, cq.json("peer", "card")["card"])
        cq.stop()
        self.configure(cq, '[peer]\n', '[peer]\nurl = ""\n')
        cq.start()
        self.assertIn('"url": ""', cq.json("peer", "card")["card"])
        self.assertIn("机构 cq", cq.json("peer", "card")["card"])

    def test_a_lost_card_is_made_anew_and_an_address_that_is_none_is_refused(self):
        cq = self.node("cq", start=False)
        before = cq.json("peer", "card")["fingerprint"]
        (cq.data / "card.json").unlink()
        cq.start()
        self.assertEqual(before, cq.json("peer", "card")["fingerprint"])
        cq.stop()
        self.configure(cq, f'url = "{cq.peer_url}"', 'url = "ftp://cq"')
        problem = cq.refused(3, "serve")
        self.assertIn("peer.url", problem["where"])


if __name__ == "__main__":
    main()
