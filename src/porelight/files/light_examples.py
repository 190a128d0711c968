"""Light cases to start from, as ``porelight light example`` prints them."""

EXAMPLE = """\
# A light case. Units are in the keys; lengths grow inwards from the skin's surface.
[beam]
profile = "flat-top"        # flat-top, gaussian, ring, pencil; or file = "profile.csv"
diameter_mm = 5.0
# tilt_deg = 0              # half_angle_deg, stand_off_mm and spreading for a beam that diverges,
#                           # focus_mm for one that converges, spreading = "lambertian" or
#                           # "isotropic" for light from every side

[skin]                      # or [[layer]] tables with numbers of your own
zone = "cheek"
fitzpatrick = 3
age_years = 40
wavelength_nm = 1064

[grid]
radius_mm = 10.0
depth_mm = 4.0
first_um = 10.0             # size of the cells at the axis and at the surface
growth = 1.05               # ratio of neighbouring cells
largest_um = 200.0

[[box]]                     # a part tallied with its error: --precision "under the beam=1%"
name = "under the beam"
depth_mm = [0.0, 0.5]
radius_mm = [0.0, 2.5]
"""

EXAMPLE_LAYERS = """\
# A slab of a phantom in air. Units are in the keys; lengths grow inwards from the surface.
index_below = 1.0           # as the last layer's if left out
[beam]
profile = "flat-top"        # flat-top, gaussian, ring, pencil; or file = "profile.csv"
diameter_mm = 2.0
# depth_mm = 0.5            # it starts so deep, inside; spreading = "isotropic" goes to all sides

[[layer]]                   # as many as you like, from the surface down
name = "slab"
thickness_mm = 2.0          # the last layer may leave it out and has no end then
mu_a_per_mm = 0.2
mu_s_per_mm = 5.0
anisotropy = 0.8            # of Henyey and Greenstein; in its place one of
# phase = {cosine = [-1.0, 0.5, 1.0], density = [0.2, 0.5, 6.0]}  # light by cosine of the angle
# phase = {cosine_quantiles = [-1.0, 0.6, 0.9, 1.0]}       # cosines at even steps of the share
# mie = {diameter_um = 1.0, sphere_index = 1.59, wavelength_nm = 633.0}  # spheres, by Mie
refractive_index = 1.4

# [boundary]                # what a face does with light from inside: "refracting",
# bottom = "mirror"         # "absorbing" (lets all out) or "mirror"; top as well
# [time_gate]               # follow light for so long, and tally what leaves by its time
# end_ps = 200.0
# start_ps = 50.0           # and tally nothing before
# bins = 20
# [[detector]]              # a disc on the top or the bottom, beside the axis
# name = "fibre"
# x_mm = 1.0
# diameter_mm = 0.2
# half_angle_deg = 12.7     # takes in light within this angle to the normal

[grid]
radius_mm = 4.0
depth_mm = 2.0
first_um = 500.0            # size of the cells

[[box]]                     # a part tallied with its error: --precision "top=1%"
name = "top"
depth_mm = [0.0, 0.5]
radius_mm = [0.0, 1.0]
"""

EXAMPLE_FOLLICLE = """
[follicle]                  # a pore on the axis; what is left out is typical of its size
pore_diameter_um = 300      # --precision "pore wall=1%": the 50 um of skin around its funnel
# funnel_depth_um = 180     # duct_diameter_um, duct_depth_um, gland_depth_um, gland_diameter_um
# hair_diameter_um = 0      # no hair
# plug_fill = 0.3           # share of the funnel filled by sebum and keratin
filled_with = "air"         # above the plug: air, or sebum
# wavelength_nm = 1064      # needed with [[layer]] tables, to look up what it is made of; or
# [follicle.plug]           # sebum, plug, duct, gland, hair of your own:
# mu_a_per_mm = 0.01        # with mu_s_per_mm, anisotropy, refractive_index
"""

EXAMPLE_VESSEL = """
[[vessel]]                  # a straight vessel along y, within one layer; as many as you like
depth_um = 600              # of its axis; no two vessels share a depth
diameter_um = 80
offset_um = 400             # from the axis of the beam, along x
mu_a_per_mm = 0.5           # numbers of your own for the blood in it
mu_s_per_mm = 20.0
anisotropy = 0.95
refractive_index = 1.38
"""

EXAMPLE_WINDOW = """
[weight_window]             # more and lighter photons near the pore: the means stay, errors fall
reach_mm = 2.5              # there and rise elsewhere; from here on a photon weighs 1,
floor = 0.02                # at the mouth of the pore this
"""
